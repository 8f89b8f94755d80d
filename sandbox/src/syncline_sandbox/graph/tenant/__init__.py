"""The tenant: its people and their mailboxes."""
