"""The memory connector: the reference implementation of a connector, and the engine's test world.

Stores live in this process and have names. A configuration says `store = "left"`; a test opens the
same store with `MemoryStore.open("left", …)` and acts as the user through it, behind the
connector's back. What a store can do, and how badly, is a matter of `MemoryOptions`.
"""

from syncline.connectors.memory.connector import MemoryConfig, MemoryConnector
from syncline.connectors.memory.faults import Call, FaultHook
from syncline.connectors.memory.options import MemoryOptions
from syncline.connectors.memory.store import MemoryStore

__all__ = [
    "Call",
    "FaultHook",
    "MemoryConfig",
    "MemoryConnector",
    "MemoryOptions",
    "MemoryStore",
]
