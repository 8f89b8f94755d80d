"""The configuration file: its shape, its checks, and what it becomes (`policy.settings`).

`load` is the way in. Reading order: `policy.declare` (how a setting is declared), `tables` (what is
made of it), `document` (the tables), `words` (values built from the connections' names), `objects`
and `syncs` (from table to policy), `load`.
"""
