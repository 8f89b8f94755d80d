"""The configuration file: its shape, its checks, and what it becomes (`policy.settings`).

`load` is the way in. Reading order: `document` (the shape), `words` (values built from the
connections' names), `objects` and `syncs` (from table to policy), `load`.
"""
