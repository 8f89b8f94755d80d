"""How far a feed that goes by stamps was certainly read: the rule that every such cursor keeps."""

from __future__ import annotations

from datetime import datetime


def read_until(told: datetime, own: datetime, newest: datetime | None = None) -> datetime:
    """The instant a cursor may stand at after a round; what else it allows for (an overlap, rows
    that become visible late) is subtracted from this.

    `told`: the service's own time when the round began. `own`: our clock at that moment
    (`ConnectorContext.now`). `newest`: the newest stamp that was seen, so far as it is known.

    A service's time orders its own stamps, but one answer in a thousand comes from a machine whose
    clock is wrong. A cursor that went ahead with it would pass every edit until then, for ever; so
    it never passes both our clock and what was really seen. Where ours is the wrong one, and slow,
    some rows are only read again.
    """
    return min(told, own if newest is None else max(own, newest))
