"""The changes of a folder's items, round by round."""

from __future__ import annotations

from collections.abc import Sequence

from syncline_sandbox.graph.items import delta
from syncline_sandbox.graph.protocol.odata import options, preferences, selected
from syncline_sandbox.graph.protocol.routes import Routes, context
from syncline_sandbox.graph.resources.collection import Collection
from syncline_sandbox.graph.tenant.mailboxes import Mailbox
from syncline_sandbox.messages import Answer, Call


class DeltaRoutes:
    """`/delta` of a collection."""

    def __init__(self, collection: Collection) -> None:
        self._collection, self._items = collection, collection.items
        self._environment = collection.environment

    def add_to(self, routes: Routes) -> None:
        """Adds the route."""
        self._collection.add(routes, ("GET", "/delta", self._delta))

    def _delta(self, call: Call, mailbox: Mailbox, folder: str = "") -> Answer:
        where, wanted = self._collection.folder(mailbox, folder), preferences(call)
        if delta.has_token(call) and self._environment.quirks.fires("delta-gone"):
            raise delta.forgotten(call)
        feed = delta.Feed(where.id, where.generation)
        horizon = self._items.presences.horizon(where.id)
        vocabulary = self._items.vocabulary
        round_ = delta.begin_or_continue(call, feed, horizon, lambda: options(call, vocabulary))
        if round_.cursor == round_.after and not round_.first:
            round_ = self._replayed(where.id, round_)

        def rows(state: delta.Round, count: int) -> Sequence[delta.Change]:
            return self._changes(where.id, state, count, immutable=wanted.immutable)

        size = wanted.page_size or round_.size
        what = context(call, f"Collection({self._items.type.name})")
        content = delta.page(call, self._environment, round_, size, rows)
        return Answer(200, {"@odata.context": what, **content}, wanted.applied())

    def _replayed(self, folder: str, round_: delta.Round) -> delta.Round:
        replay = self._environment.quirks.fires("delta-replay")
        if replay is None:
            return round_
        earlier = self._items.presences.earlier(folder, round_.after, replay["rows"])
        return delta.rewound(round_, earlier)

    def _changes(
        self, folder: str, state: delta.Round, count: int, *, immutable: bool
    ) -> Sequence[delta.Change]:
        stays = self._items.presences.of_round(folder, state, count, immutable=immutable)
        there = self._items.rows.at([stay["position"] for stay in stays if not stay["removed"]])
        return [
            delta.Change(
                stay["changed"],
                delta.tombstone(stay["immutable_id" if immutable else "default_id"])
                if stay["removed"]
                else selected(
                    self._items.shown(there[stay["position"]], immutable=immutable), state.select
                ),
            )
            for stay in stays
        ]
