"""The decision table: as data, cell by cell, and what the planner alone says to each."""
