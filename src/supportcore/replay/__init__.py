"""Another helpdesk's event log, put through a desk."""
