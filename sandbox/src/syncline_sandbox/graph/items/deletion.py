"""What DELETE does with an item, and with one that was deleted before.

DELETE moves an item to Deleted Items. A second one finds nothing by the default id, which the move
has changed. By the immutable id the item still answers, and a second DELETE is reported to be
refused: 403 ErrorCannotDeleteObject (microsoftgraph/msgraph-sdk-dotnet issue 3047, one report, of
messages). Where nothing is reported it is not found; what is deleted out of Deleted Items itself
is gone for good.
"""

from __future__ import annotations

from syncline_sandbox.environment import Environment
from syncline_sandbox.graph.errors import Failure, item_not_found
from syncline_sandbox.graph.items.item import Item


def check_can_be_deleted(
    environment: Environment, item: Item, identifier: str, folder: str | None
) -> None:
    """Whether a call may delete what it names by an id and perhaps a folder; raises `Failure` (403,
    404).
    """
    if item.deleted and folder is None and identifier == item.immutable_id:
        if environment.quirks.fires("second-delete-forbidden"):
            raise Failure(403, "ErrorCannotDeleteObject", "Object cannot be deleted.")
        raise item_not_found()
