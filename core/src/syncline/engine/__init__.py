"""The engine: rounds over many lanes, independent of object types.

`round.py` is one run from lease to settlement; everything that decides is in `decide/` and is
pure. How it fits together: `docs/explanation/engine.md`.
"""
