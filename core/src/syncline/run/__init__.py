"""Runs: opening what a configuration names, and carrying out rounds over its lanes."""
