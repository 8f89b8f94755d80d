"""What follows from what was seen, and from the policy. Pure functions over frozen values."""
