"""Measures on the real connectors over real sockets: `make bench`."""
