"""Stories over several packages, and what they stand on."""
