"""The engine: rounds over many lanes, independent of object types.

`round.py` is one run from lease to settlement. What it does lies in rooms, each of which knows only
those before it: `decide` (who wins, as pure functions), `intake`, `match`, `send`, `work`, `undo`.
How it goes, with names: `docs/explanation/a-run-step-by-step.md`; why so:
`docs/explanation/engine.md`.
"""
