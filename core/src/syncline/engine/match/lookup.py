"""Before a create: is there a record already, anywhere in the connection, of the same thing?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from syncline.engine.lanes import FeedState
from syncline.engine.world import World
from syncline.engine.write import Prepared
from syncline.model.records import Record
from syncline.plugin.requests import Create, MatchKey, MatchRequest
from syncline.state.crowds import HOLDERS_AT_MOST
from syncline.state.database import chunks

MARKER: Final = "marker"
KEYS_AT_MOST: Final = 400
"""Keys in one request; connectors cut them further to what a call can hold."""


@dataclass(frozen=True)
class Twin:
    """The record found, or why none can be chosen."""

    record: Record | None
    why: str = ""


@dataclass(frozen=True)
class Lookup:
    """Searches one connection."""

    world: World
    feed: FeedState

    def search(
        self, group: Sequence[Prepared], says_nothing: Callable[[Prepared, str, str], bool]
    ) -> dict[int, Twin]:
        """The twin of each prepared create that has one, by the identity of the value.

        Keys of which `says_nothing(create, kind, value)` is true are not looked for.
        """
        wanted = {
            id(each): [k for k in self._keys(each) if not says_nothing(each, k.kind, k.value)]
            for each in group
        }
        every = dict.fromkeys(key for keys in wanted.values() for key in keys)
        if not every:
            return {}
        held = self._by_key(self._fetch(every), self.feed.spec.match - {MARKER})
        found: dict[int, Twin] = {}
        for each in group:
            twin = self._twin(wanted[id(each)], held)
            if twin is not None:
                found[id(each)] = twin
        return found

    def among(
        self,
        create: Prepared,
        records: Iterable[Record],
        says_nothing: Callable[[Prepared, str, str], bool],
    ) -> Twin | None:
        """The twin of a create among records that are known already, as `search` would tell it if
        it could look for every match key, and saw each record at once.
        """
        kinds = create.lane.policy.match
        keys = [k for k in self._match_keys(create) if not says_nothing(create, k.kind, k.value)]
        return self._twin(keys, self._by_key(records, kinds))

    def misses_keys(self, create: Prepared) -> bool:
        """Whether a record with a match key of this create may be there that `search` cannot find,
        since the connection cannot be searched for that kind of key.
        """
        return any(key.kind not in self.feed.spec.match for key in self._match_keys(create))

    def created_since(
        self, keys: Iterable[MatchKey], since: float, *, deleted: bool = False
    ) -> list[Record]:
        """Records with one of these keys that were made since an instant; `deleted`: those that
        were deleted since, as they were.
        """
        return self._fetch(dict.fromkeys(keys), since, deleted=deleted)

    def keys(
        self, key: str, fields: Mapping[str, object], matchers: Iterable[str]
    ) -> list[MatchKey]:
        """Our marker and the match keys that this connection can look for, strongest first."""
        found = [MatchKey(kind=MARKER, value=key)] if MARKER in self.feed.spec.match else []
        for name in matchers:
            if name in self.feed.spec.match:
                values = self.world.plugins.matchers[name](fields)
                found.extend(MatchKey(kind=name, value=value) for value in values)
        return found

    def _keys(self, each: Prepared) -> list[MatchKey]:
        if not isinstance(each.operation, Create):
            return []
        return self.keys(each.operation.key, each.source, each.lane.policy.match)

    def _match_keys(self, create: Prepared) -> list[MatchKey]:
        return [
            MatchKey(kind=kind, value=value)
            for kind in create.lane.policy.match
            for value in self.world.plugins.matchers[kind](create.source)
        ]

    def _fetch(
        self, keys: Mapping[MatchKey, None], since: float | None = None, *, deleted: bool = False
    ) -> list[Record]:
        found: dict[str, Record] = {}
        moment = None if since is None else datetime.fromtimestamp(since, UTC)
        for part in chunks(keys, KEYS_AT_MOST):
            request = MatchRequest(
                spec=self.feed.spec,
                feed=self.feed.feed,
                keys=tuple(part),
                created_since=moment,
                deleted=deleted,
            )
            page = self.feed.connection.fetch(request)
            found.update((record.id, record) for record in page.records)
        return list(found.values())

    def _by_key(
        self, found: Iterable[Record], kinds: Iterable[str]
    ) -> dict[MatchKey, list[Record]]:
        held: dict[MatchKey, list[Record]] = {}
        for record in found:
            if record.marker:
                held.setdefault(MatchKey(kind=MARKER, value=record.marker), []).append(record)
            for kind in kinds:
                matcher = self.world.plugins.matchers.get(kind)
                for value in matcher(record.fields) if matcher else ():
                    held.setdefault(MatchKey(kind=kind, value=value), []).append(record)
        return held

    @staticmethod
    def _twin(keys: Sequence[MatchKey], held: Mapping[MatchKey, list[Record]]) -> Twin | None:
        """The one record at the strongest kind of key that finds any."""
        for kind in dict.fromkeys(key.kind for key in keys):
            found = {
                record.id: record
                for key in keys
                if key.kind == kind
                for record in held.get(key, ())
            }
            if len(found) == 1:
                return Twin(next(iter(found.values())))
            if len(found) > HOLDERS_AT_MOST:
                continue  # such a key says nothing
            if found:
                return Twin(None, f"{len(found)} records there carry the same {kind}")
        return None
