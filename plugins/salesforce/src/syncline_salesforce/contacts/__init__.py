"""Contacts, and the accounts that their companies are."""
