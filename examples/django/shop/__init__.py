"""A shop on Django whose complaints are tickets."""
