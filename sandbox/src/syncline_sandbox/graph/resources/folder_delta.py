"""The changes among the folders of a mailbox, at every depth; never the default one."""

from __future__ import annotations

from collections.abc import Sequence

from syncline_sandbox.environment import Environment
from syncline_sandbox.graph.items import delta
from syncline_sandbox.graph.items.folder import Folder
from syncline_sandbox.graph.items.folders import Folders
from syncline_sandbox.graph.protocol.odata import options, preferences, selected
from syncline_sandbox.graph.protocol.routes import Routes, context
from syncline_sandbox.graph.tenant.mailboxes import Mailbox
from syncline_sandbox.messages import Answer, Call


class FolderDelta:
    """`/delta` of the folders of one type, and of those below one of them."""

    def __init__(self, environment: Environment, folders: Folders, area: str, base: str) -> None:
        self._environment, self._folders = environment, folders
        self._type, self._area, self._base = folders.type, area, base

    def add_to(self, routes: Routes) -> None:
        """Adds the routes."""
        routes.add_for_mailbox("GET", f"{self._base}/delta", self._area, self._delta)
        if self._type.children:
            below = f"{self._base}/{{folder}}/{self._type.children}/delta"
            routes.add_for_mailbox("GET", below, self._area, self._delta)

    def _delta(self, call: Call, mailbox: Mailbox, folder: str = "") -> Answer:
        if delta.has_token(call) and self._environment.quirks.fires("delta-gone"):
            raise delta.forgotten(call)
        above = self._folders.get(mailbox, folder).id if folder else ""
        scope = f"{self._type.name} {mailbox.id} {above}"
        feed = delta.Feed(scope, mailbox.folder_generation)
        horizon = self._environment.storage.current("change")
        vocabulary = self._type.vocabulary
        round_ = delta.begin_or_continue(call, feed, horizon, lambda: options(call, vocabulary))

        def rows(state: delta.Round, count: int) -> Sequence[delta.Change]:
            return self._changes(mailbox, above, state)[:count]

        wanted = preferences(call)
        content = delta.page(call, self._environment, round_, wanted.page_size or round_.size, rows)
        named = self._type.vocabulary.type_name.rpartition(".")[2]
        what = context(call, f"Collection({named})")
        return Answer(200, {"@odata.context": what, **content}, wanted.applied())

    def _changes(self, mailbox: Mailbox, above: str, state: delta.Round) -> list[delta.Change]:
        found = [
            self._change(folder, above, state)
            for folder in self._folders.ever(mailbox.id)
            if not (folder.removed and folder.entered > state.after)
        ]
        there = (each for each in found if each and state.cursor < each.number <= state.until)
        return sorted(there, key=lambda change: change.number)

    def _change(self, folder: Folder, above: str, state: delta.Round) -> delta.Change | None:
        """The last change of a folder as seen from one above it, or from the mailbox."""
        elsewhere = above and folder.parent != above
        if folder.removed or elsewhere:
            gone = folder.departed.get(above) if elsewhere else folder.changed
            return delta.Change(gone, delta.tombstone(folder.id)) if gone else None
        row = selected(folder.rendered(self._type), state.select)
        return delta.Change(folder.changed, row)
