"""What rows of contacts, and of accounts and leads beside them, keep to that other rows do not."""
