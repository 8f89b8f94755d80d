"""Open extensions: named bundles of untyped data on an item.

Names, forms and codes: learn.microsoft.com/graph/api/opentypeextension-post-opentypeextension, -get
and -update. The pages disagree about the prefix of an extension's id: the latter two show
`Microsoft.OutlookServices.OpenTypeExtension.`, the first `microsoft.graph.openTypeExtension.`.
Either is understood; the former is answered, or the other under the quirk `extension-graph-prefix`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncline_sandbox.graph.errors import bad_body
from syncline_sandbox.graph.protocol.values import read_list, read_text
from syncline_sandbox.messages import JsonObject

EXTENSIONS = "extensions"
TYPE_NAME = "microsoft.graph.openTypeExtension"
OUTLOOK_PREFIX = "Microsoft.OutlookServices.OpenTypeExtension."
GRAPH_PREFIX = f"{TYPE_NAME}."
_PRIMITIVE = (str, int, float, bool, type(None))
_OWN = frozenset({"id", "extensionName"})

Extensions = dict[str, JsonObject]
"""What each extension holds, by name."""


def extension_name(identifier: str) -> str:
    """The name that an id or a name stands for."""
    for prefix in (OUTLOOK_PREFIX, GRAPH_PREFIX):
        if identifier.casefold().startswith(prefix.casefold()):
            return identifier[len(prefix) :]
    return identifier


def read_extensions(value: Any) -> Extensions:
    """The extensions of a body; raises `Failure` (400)."""
    return dict(read_extension(entry) for entry in read_list(EXTENSIONS, value, None))


def read_extension(body: Any, known: str | None = None) -> tuple[str, JsonObject]:
    """Name and data of one; raises `Failure` (400). `known` is the name that a path gives."""
    if not isinstance(body, dict):
        raise bad_body(f"The value of property '{EXTENSIONS}' is no '{TYPE_NAME}'.")
    name = read_text("extensionName", body.get("extensionName", known))
    if not name or name != (known or name):
        raise bad_body(f"'extensionName' is required, and cannot be changed: '{name}'.")
    data = {key: value for key, value in body.items() if "@" not in key and key not in _OWN}
    if bad := [key for key, value in data.items() if not _fits(value)]:
        raise bad_body(f"'{bad[0]}' is neither a primitive value nor a list of them.")
    return name, data


def shown_extension(name: str, data: Mapping[str, Any], prefix: str) -> JsonObject:
    """An extension as an answer shows it."""
    own = {"@odata.type": f"#{TYPE_NAME}", "id": f"{prefix}{name}", "extensionName": name}
    return {**own, **data}


def _fits(value: Any) -> bool:
    entries = value if isinstance(value, list) else [value]
    return all(isinstance(each, _PRIMITIVE) for each in entries)
