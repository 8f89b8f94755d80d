"""The bodies of answers, unpacked piece by piece, so that none grows beyond what is looked at.

HTTP libraries unpack what has arrived at once: a piece of 64 KiB may become 64 MiB, and as much
again for each encoding that a service names on top of another. Only gzip is asked for, once.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Final

ACCEPT_ENCODING: Final = "gzip"
"""For the header of that name."""
_PIECE: Final = 1024 * 1024
_PLAIN: Final = frozenset({"", "identity"})
_GZIP: Final = frozenset({"gzip", "x-gzip"})  # the same (RFC 9110, 8.4.1.3)
_WITH_HEADER: Final = 16 + zlib.MAX_WBITS


def unpacked(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The body in pieces of 1 MiB at most; `encoding` is what the header Content-Encoding says.

    Raises:
        ValueError: it is packed in a way that nobody asked for, or not as it says.

    """
    named = encoding.strip().lower()
    if named in _PLAIN:
        yield from pieces
    elif named in _GZIP:
        yield from _unzipped(pieces)
    else:
        raise ValueError("it is packed in a way that nobody asked for")


def _unzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """A body may be several files one after the other (RFC 1952, 2.2); without any, it is empty."""
    file = zlib.decompressobj(_WITH_HEADER)
    begun = False
    for piece in pieces:
        rest = piece
        while rest:
            if file.eof:
                file = zlib.decompressobj(_WITH_HEADER)
            begun = True
            try:
                yield file.decompress(rest, _PIECE)
            except zlib.error:
                raise ValueError("its compression is broken") from None
            rest = file.unused_data if file.eof else file.unconsumed_tail
    if begun and not file.eof:
        raise ValueError("its compression is broken")
