"""The configuration of the demo: what an administrator would write, for the two stand-ins."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

from syncline_sandbox.demo.data import TEAM
from syncline_sandbox.demo.stage import Stage

_TEXT = """\
installation = "northgate-demo"

[state]
key = {{ file = "syncline.key" }}

[connections.outlook]
connector = "outlook"
tenant_id = "{tenant_id}"
client_id = "{graph_client}"
client_secret = {{ env = "OUTLOOK_CLIENT_SECRET" }}
graph_url = "{graph_url}"                   # the stand-in; leave both lines out for Microsoft's own
login_url = "{login_url}"

[connections.salesforce]
connector = "salesforce"
instance_url = "{salesforce_url}"
client_id = "{salesforce_client}"
client_secret = {{ env = "SALESFORCE_CLIENT_SECRET" }}

[syncs.sales]
between = ["outlook", "salesforce"]
rules = "salesforce-for-outlook"
members = "members.csv"

[syncs.sales.objects.contact]
direction = "both"
conflict = "salesforce_wins"                # when both sides changed the same field
merge = "fields"                            # edits of different fields both survive
where = {{ salesforce = "all" }}
"""


def write_configuration(folder: Path, stage: Stage) -> None:
    """Writes `syncline.toml`, `members.csv` and the installation's key."""
    text = _TEXT.format(
        tenant_id=stage.graph.tenant_id,
        graph_client=stage.graph.client_id,
        graph_url=stage.graph.graph_url,
        login_url=stage.graph.url,
        salesforce_url=stage.salesforce.url,
        salesforce_client=stage.salesforce.client_id,
    )
    members = [f"{each.address},{each.address}" for each in TEAM]
    (folder / "syncline.toml").write_text(text, "utf-8")
    (folder / "members.csv").write_text("\n".join(["outlook,salesforce", *members, ""]), "utf-8")
    key = folder / "syncline.key"
    key.touch(mode=0o600)
    key.write_text(secrets.token_urlsafe(32), "utf-8")


def environment(stage: Stage) -> Mapping[str, str]:
    """The secrets, where the configuration looks for them."""
    return {
        "OUTLOOK_CLIENT_SECRET": stage.graph.client_secret,
        "SALESFORCE_CLIENT_SECRET": stage.salesforce.client_secret,
    }
