"""Tickets: the record, what happens to it, and the rules of every command."""
