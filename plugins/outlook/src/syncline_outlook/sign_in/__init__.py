"""Signing in at Microsoft."""
