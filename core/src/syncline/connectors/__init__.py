"""Connectors that come with core: only the memory connector, reference and test world."""
