"""One spelling of a path for each of those that Graph takes.

Functions with or without `()` and namespace, keys in parentheses (`/contacts('id')`), `%24` for
`$`, and folders reached through the folders above them, at any depth
(`/contactFolders/A/childFolders/B/contacts`: learn.microsoft.com/graph/api/user-list-contacts). The
latter become one segment, `A,B`: no id holds a comma.
"""

from __future__ import annotations

import re

STEP = ","
"""Between the folders of a way down."""

_FUNCTION = re.compile(r"/(?:microsoft\.graph\.)?(delta|permanentDelete)(?:\(\))?$", re.IGNORECASE)
_KEY = re.compile(r"\((?:'|%27)([^/]+?)(?:'|%27)\)")
_CHILD = re.compile(
    r"(/contactFolders/[^/]+)/childFolders/(?!delta$|\$count$)([^/]+)", re.IGNORECASE
)


def spelled(path: str) -> str:
    """A percent-encoded path as it is routed."""
    path = _FUNCTION.sub(r"/\1", path.rstrip("/"))
    path = _KEY.sub(r"/\1", path).replace("%24", "$")
    while (deeper := _CHILD.sub(rf"\1{STEP}\2", path)) != path:
        path = deeper
    return path or "/"
