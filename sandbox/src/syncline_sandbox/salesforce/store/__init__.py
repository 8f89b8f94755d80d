"""Where an org's rows are kept: one SQLite table for each object, one column for each field."""
