"""Two stand-ins on real sockets and the real engine between them, in this process."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from syncline.config.load import load
from syncline.model.reports import CallCounts, RunReport
from syncline.plugin.manager import PluginManager
from syncline.run.selection import Selection
from syncline.run.session import Session
from syncline.run.surroundings import Surroundings
from syncline_sandbox.graph.mailbox import GraphMailbox
from syncline_sandbox.graph.sandbox import GraphSandbox
from syncline_sandbox.salesforce.fixture import SalesforceSandbox, SandboxUser

KEY_FIELD = "SyncKey__c"
_TEXT = """\
installation = "bench"

[state]
key = {{ file = "syncline.key" }}

[connections.outlook]
connector = "outlook"
tenant_id = "{tenant_id}"
client_id = "{graph_client}"
client_secret = {{ file = "outlook.secret" }}
graph_url = "{graph_url}"
login_url = "{login_url}"

[connections.salesforce]
connector = "salesforce"
instance_url = "{salesforce_url}"
client_id = "{salesforce_client}"
client_secret = {{ file = "salesforce.secret" }}
{key_field}

[syncs.bench]
between = ["outlook", "salesforce"]
rules = "open"
members = "members.csv"

[syncs.bench.objects.contact]
direction = "both"
conflict = "salesforce_wins"
where = {{ salesforce = "all" }}
guards = {{ minimum_links = 100000 }}        # every record at once is edited here, and meant
"""
_AN_HOUR = 3600.0


@dataclass
class World:
    """People with a mailbox and a Salesforce user each, and a configuration about them."""

    folder: Path
    graph: GraphSandbox
    salesforce: SalesforceSandbox
    mailboxes: list[GraphMailbox] = field(default_factory=list)
    users: list[SandboxUser] = field(default_factory=list)
    passed: timedelta = timedelta()
    """By how much time went on in a moment, for the services and for us."""

    def add_member(self, name: str) -> tuple[GraphMailbox, SandboxUser]:
        """A person on both sides."""
        address = f"{name}@example.test"
        user = self.salesforce.add_user(address, name=name)
        return self.add_mailbox(name, user), user

    def add_mailbox(self, name: str, user: SandboxUser) -> GraphMailbox:
        """A mailbox for a user that is there."""
        self.mailboxes.append(self.graph.add_mailbox(f"{name}@example.test", name))
        self.users.append(user)
        return self.mailboxes[-1]

    def configure(self, *, key_field: bool = True) -> None:
        """Writes the configuration for the members there are."""
        if key_field:
            self.salesforce.define_field(
                "Contact", KEY_FIELD, length=64, unique=True, external_id=True
            )
        text = _TEXT.format(
            tenant_id=self.graph.tenant_id,
            graph_client=self.graph.client_id,
            graph_url=self.graph.graph_url,
            login_url=self.graph.url,
            salesforce_url=self.salesforce.url,
            salesforce_client=self.salesforce.client_id,
            key_field=f'key_field = "{KEY_FIELD}"' if key_field else "",
        )
        rows = [
            f"{box.address},{user.username}"
            for box, user in zip(self.mailboxes, self.users, strict=True)
        ]
        files = {
            "syncline.toml": text,
            "members.csv": "\n".join(["outlook,salesforce", *rows, ""]),
            "syncline.key": secrets.token_urlsafe(32),
            "outlook.secret": self.graph.client_secret,
            "salesforce.secret": self.salesforce.client_secret,
        }
        for name, content in files.items():
            (self.folder / name).write_text(content, "utf-8")

    def run(self, *, full: bool = False) -> RunReport:
        """An hour later, a run of everything."""
        self.later()
        with self.session() as session:
            return session.run(Selection(full=full))

    def session(self) -> Session:
        """A session of the configuration."""
        plugins = PluginManager.discover()
        around = Surroundings(now=lambda: datetime.now(UTC) + self.passed)
        configuration = load(self.folder / "syncline.toml", plugins)
        return Session.open(configuration, plugins, surroundings=around)

    def later(self, seconds: float = _AN_HOUR) -> None:
        """Time passes, for us as for both services."""
        self.passed += timedelta(seconds=seconds)
        self.graph.advance(seconds)
        self.salesforce.advance(seconds)


@contextmanager
def raised(folder: Path, salesforce: SalesforceSandbox | None = None) -> Iterator[World]:
    """Both stand-ins, empty, while the block runs; or a new Outlook beside a Salesforce."""
    folder.mkdir(parents=True, exist_ok=True)
    with GraphSandbox.start() as graph, ExitStack() as stack:
        other = salesforce or stack.enter_context(SalesforceSandbox.start())
        yield World(folder, graph, other)


def calls(report: RunReport) -> Mapping[str, CallCounts]:
    """The calls of a run, by connection."""
    return {each.connection: each for each in report.calls}
