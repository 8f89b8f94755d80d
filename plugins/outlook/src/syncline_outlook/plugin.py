"""What this distribution offers to Syncline (entry point group `syncline.plugins`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from syncline.plugin import hookimpl

if TYPE_CHECKING:
    from syncline.plugin.connector import Connector


@hookimpl
def connector_types() -> Iterable[type[Connector]]:
    """The connector `outlook`. Imported only now: the command line must start fast."""
    from syncline_outlook.connector import OutlookConnector

    return (OutlookConnector,)
