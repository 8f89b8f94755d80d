"""The photo of a contact: the picture itself, and what is known of it.

learn.microsoft.com/graph/api/profilephoto-get and -update. Where there is none, the picture is not
found and the facts are those of an empty one, as documented for people. Whether a delta tells of a
new photo is not documented: it does, but under the quirk `photo-unreported`.
"""

from __future__ import annotations

import hashlib
import struct

from syncline_sandbox.graph.errors import Failure, bad_request
from syncline_sandbox.graph.items.item import Item
from syncline_sandbox.graph.protocol.routes import Routes, context
from syncline_sandbox.graph.resources.collection import Collection
from syncline_sandbox.graph.tenant.mailboxes import Mailbox
from syncline_sandbox.messages import Answer, Call
from syncline_sandbox.storage import Row

_TABLE = """
CREATE TABLE IF NOT EXISTS contact_photo (
    contact INTEGER PRIMARY KEY, picture BLOB NOT NULL, media_type TEXT NOT NULL
);
"""
_LARGEST = 4 * 1024 * 1024
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
_NO_FRAME = frozenset({0xC4, 0xC8, 0xCC})


class PhotoRoutes:
    """`/photo` and `/photo/$value` of the contacts of a collection."""

    def __init__(self, collection: Collection) -> None:
        self._collection, self._environment = collection, collection.environment
        self._storage = collection.environment.storage
        self._storage.script(_TABLE)

    def add_to(self, routes: Routes) -> None:
        """Adds all routes."""
        photo = "/{item}/photo"
        self._collection.add(
            routes,
            ("GET", photo, self._facts),
            ("GET", f"{photo}/$value", self._get),
            ("PUT", f"{photo}/$value", self._put),
            ("PATCH", f"{photo}/$value", self._put),
            ("DELETE", f"{photo}/$value", self._delete),
        )

    def _facts(self, call: Call, mailbox: Mailbox, item: str, folder: str = "") -> Answer:
        row = self._row(self._collection.find(mailbox, item, folder))
        width, height = dimensions(row["picture"]) if row else (1, 1)
        version = hashlib.sha256(row["picture"]).hexdigest()[:8].upper() if row else None
        where = f"{self._collection.path(mailbox)}('{item}')/photo/$entity"
        content = {
            "@odata.context": context(call, where),
            "@odata.mediaContentType": row["media_type"] if row else "image/gif",
            "@odata.mediaEtag": f'"{version}"' if version else "",
            "id": f"{width}x{height}",
            "width": width,
            "height": height,
        }
        return Answer(200, content)

    def _get(self, call: Call, mailbox: Mailbox, item: str, folder: str = "") -> Answer:
        row = self._row(self._collection.find(mailbox, item, folder))
        if row is None:
            raise _no_photo()
        return Answer(200, bytes(row["picture"]), media_type=row["media_type"])

    def _put(self, call: Call, mailbox: Mailbox, item: str, folder: str = "") -> Answer:
        found = self._collection.find(mailbox, item, folder)
        media_type = (call.header("content-type") or "").partition(";")[0].strip().casefold()
        if not media_type.startswith("image/") or not call.body:
            raise bad_request("A photo is an image, and its Content-Type says so.")
        if len(call.body) > _LARGEST:
            raise Failure(413, "RequestEntityTooLarge", "A photo has less than 4 MB.")
        self._storage.run(
            "INSERT OR REPLACE INTO contact_photo VALUES (?, ?, ?)",
            found.position, call.body, media_type,
        )  # fmt: skip
        self._changed(found)
        return Answer(200)

    def _delete(self, call: Call, mailbox: Mailbox, item: str, folder: str = "") -> Answer:
        found = self._collection.find(mailbox, item, folder)
        if not self._storage.run("DELETE FROM contact_photo WHERE contact = ?", found.position):
            raise _no_photo()
        self._changed(found)
        return Answer(204)

    def _changed(self, contact: Item) -> None:
        if not self._environment.quirks.on("photo-unreported"):
            self._collection.items.touch(contact)

    def _row(self, contact: Item) -> Row | None:
        return self._storage.row("SELECT * FROM contact_photo WHERE contact = ?", contact.position)


def dimensions(picture: bytes) -> tuple[int, int]:
    """Width and height in pixels of a PNG or JPEG; nothing of anything else."""
    if picture.startswith(_PNG) and len(picture) >= 24:
        width, height = struct.unpack(">II", picture[16:24])
        return int(width), int(height)
    place = len(_JPEG) if picture.startswith(_JPEG) else len(picture)
    while place + 9 <= len(picture) and picture[place] == 0xFF:
        kind = picture[place + 1]
        if 0xC0 <= kind <= 0xCF and kind not in _NO_FRAME:
            height, width = struct.unpack(">HH", picture[place + 5 : place + 9])
            return int(width), int(height)
        place += 2 + int.from_bytes(picture[place + 2 : place + 4], "big")
    return 0, 0


def _no_photo() -> Failure:
    return Failure(404, "ImageNotFound", "The photo wasn't found.")
