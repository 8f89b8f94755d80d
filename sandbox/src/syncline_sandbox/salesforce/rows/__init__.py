"""Writing rows: what a value may be, what a row needs, and what happens to it then."""
