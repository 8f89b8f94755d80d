"""The Graph stand-in from Python: start it, act as the person in Outlook, look into the store."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import quote

from syncline_sandbox.graph.mailbox import GraphMailbox
from syncline_sandbox.messages import JsonObject
from syncline_sandbox.starting import StartableSandbox


class GraphSandbox(StartableSandbox):
    """A running stand-in for Graph.

    `url` is the root of both services; Graph itself is below `/v1.0`, the sign-in service below
    `/{tenant_id}`.
    """

    service: ClassVar[str] = "graph"

    @cached_property
    def _credentials(self) -> JsonObject:
        return self.credentials()

    def reset(self) -> None:
        """Empties the stand-in; `token` is a new one afterwards."""
        super().reset()
        self._forget_credentials()

    def _forget_credentials(self) -> None:
        self.__dict__.pop("_credentials", None)

    @property
    def graph_url(self) -> str:
        """Graph's base URL, version included."""
        return str(self._credentials["graph"])

    @property
    def tenant_id(self) -> str:
        """The only tenant there is."""
        return str(self._credentials["tenant_id"])

    @property
    def client_id(self) -> str:
        """The app that is registered from the start."""
        return str(self._credentials["client_id"])

    @property
    def client_secret(self) -> str:
        """That app's secret."""
        return str(self._credentials["client_secret"])

    @property
    def token(self) -> str:
        """An app's token that lives a day of the sandbox's clock."""
        return str(self._credentials["token"])

    def new_token(
        self,
        *,
        mailbox: str | None = None,
        roles: list[str] | None = None,
        lifetime: int | None = None,
    ) -> str:
        """A token with these permissions: an app's, or with `mailbox` that person's."""
        wish = {"mailbox": mailbox, "roles": roles, "lifetime": lifetime}
        return str(self.request("POST", "/tokens", wish)["token"])

    def revoke_tokens(self) -> None:
        """Makes every token issued so far worthless."""
        self.request("DELETE", "/tokens")
        self._forget_credentials()

    def change_app(self, client_id: str | None = None, **wish: Any) -> None:
        """Registers an app or changes its `secret`, `roles` or `certificate` (PEM)."""
        self.request("PUT", f"/apps/{quote(client_id or self.client_id, safe='')}", wish)
        self._forget_credentials()

    def approve_device(self, user_code: str, mailbox: str | None) -> None:
        """The person signs in with the code shown, or declines (`None`)."""
        self.request("POST", f"/devices/{user_code}", {"mailbox": mailbox})

    def add_mailbox(self, address: str, display_name: str | None = None) -> GraphMailbox:
        """A person with a mailbox; if the address is known, the one that is there."""
        facts = self.request(
            "POST", "/mailboxes", {"address": address, "displayName": display_name}
        )
        return self._mailbox(facts)

    def mailboxes(self) -> list[GraphMailbox]:
        """Everybody, by address."""
        return [self._mailbox(facts) for facts in self.request("GET", "/mailboxes")]

    def mailbox(self, address: str) -> GraphMailbox:
        """One that is there, by address or id; raises `LookupError`."""
        for box in self.mailboxes():
            if address in {box.id, box.address}:
                return box
        raise LookupError(f"no mailbox {address}")

    def _mailbox(self, facts: JsonObject) -> GraphMailbox:
        return GraphMailbox(
            self, facts["id"], facts["address"], facts["displayName"], facts["defaultFolderId"]
        )
