"""Contacts in the folders of a mailbox."""
