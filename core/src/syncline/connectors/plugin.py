"""The plugin `memory`: hook implementations, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncline.plugin import hookimpl

if TYPE_CHECKING:
    from syncline.plugin import Connector


@hookimpl
def connector_types() -> tuple[type[Connector], ...]:
    """The reference connector."""
    from syncline.connectors.memory import MemoryConnector

    return (MemoryConnector,)
