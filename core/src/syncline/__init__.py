"""Syncline keeps contacts the same in Outlook, Salesforce and other systems.

Newcomers read, in this order: `policy/schema.py` (what an administrator may ask for),
`engine/decide/` (what follows from it), `engine/round.py` (one run), `plugin/connector.py`
(what a connector is) and `connectors/memory.py` (the smallest complete one).
"""

__version__ = "0.1.0"
