"""Microsoft's own Python SDK as a client of the stand-in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from kiota_abstractions.authentication import AuthenticationProvider
from kiota_abstractions.request_information import RequestInformation

from syncline_sandbox.testing import GraphMailbox, GraphSandbox

msgraph = pytest.importorskip("msgraph", reason="the Graph SDK is not installed")

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

from msgraph import GraphRequestAdapter, GraphServiceClient  # noqa: E402
from msgraph.generated.models.contact import Contact  # noqa: E402
from msgraph.generated.models.email_address import EmailAddress  # noqa: E402
from msgraph.generated.models.o_data_errors.o_data_error import ODataError  # noqa: E402
from msgraph.generated.users.item.contacts.contacts_request_builder import (  # noqa: E402
    ContactsRequestBuilder,
)
from msgraph_core.requests.batch_request_content import BatchRequestContent  # noqa: E402

Query = ContactsRequestBuilder.ContactsRequestBuilderGetQueryParameters


class FixedToken(AuthenticationProvider):
    """Puts the sandbox's token on each request; the SDK's own providers insist on https."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def authenticate_request(
        self, request: RequestInformation, additional_authentication_context: Any = None
    ) -> None:
        request.headers.try_add("Authorization", f"Bearer {self._token}")


def with_client(graph: GraphSandbox, work: Callable[[Any], Awaitable[None]]) -> None:
    async def run() -> None:
        async with httpx.AsyncClient() as http:
            adapter = GraphRequestAdapter(FixedToken(graph.token), client=http)
            adapter.base_url = graph.graph_url
            await work(GraphServiceClient(request_adapter=adapter))

    asyncio.run(run())


def test_sdk_creates_reads_changes_and_deletes_a_contact(
    graph: GraphSandbox, ada: GraphMailbox
) -> None:
    async def work(client: Any) -> None:
        contacts = client.users.by_user_id(ada.id).contacts
        body = Contact(given_name="Grace", email_addresses=[EmailAddress(address="g@x.test")])
        created = await contacts.post(body)
        item = contacts.by_contact_id(created.id)
        changed = await item.patch(Contact(job_title="Admiral"))
        assert (changed.job_title, changed.given_name) == ("Admiral", "Grace")
        assert (await item.get()).email_addresses[0].address == "g@x.test"
        await item.delete()
        with pytest.raises(ODataError) as caught:
            await item.get()
        assert caught.value.error.code == "ErrorItemNotFound"
        assert caught.value.response_status_code == 404

    with_client(graph, work)
    assert ada.contacts() == []


def test_sdk_lists_and_filters(graph: GraphSandbox, ada: GraphMailbox) -> None:
    ada.create_contacts([{"surname": f"S{n}"} for n in range(15)])

    async def work(client: Any) -> None:
        contacts = client.users.by_user_id(ada.id).contacts
        configuration = ContactsRequestBuilder.ContactsRequestBuilderGetRequestConfiguration
        query = Query(filter="surname eq 'S7'", select=["surname"], count=True, top=5)
        found = await contacts.get(request_configuration=configuration(query_parameters=query))
        assert ([c.surname for c in found.value], found.odata_count) == (["S7"], 1)
        first = await contacts.get()
        second = await contacts.with_url(first.odata_next_link).get()
        assert (len(first.value), len(second.value)) == (10, 5)

    with_client(graph, work)


def test_sdk_follows_delta(graph: GraphSandbox, ada: GraphMailbox) -> None:
    made = ada.create_contact({"givenName": "Grace"})

    async def work(client: Any) -> None:
        contacts = client.users.by_user_id(ada.id).contact_folders.by_contact_folder_id("contacts")
        first = await contacts.contacts.delta.get()
        ada.delete_contact(made["id"])
        later = await contacts.contacts.delta.with_url(first.odata_delta_link).get()
        assert [c.given_name for c in first.value] == ["Grace"]
        assert later.value[0].additional_data["@removed"] == {"reason": "deleted"}

    with_client(graph, work)


def test_sdk_sends_a_batch(graph: GraphSandbox, ada: GraphMailbox) -> None:
    async def work(client: Any) -> None:
        contacts = client.users.by_user_id(ada.id).contacts
        content = BatchRequestContent()
        for name in ("Ada", "Bob"):
            request = contacts.to_post_request_information(Contact(given_name=name))
            content.add_request_information(request)
        responses = await client.batch.post(content)
        statuses = responses.get_response_status_codes()
        assert list(statuses.values()) == [201, 201]

    with_client(graph, work)
    assert {c["givenName"] for c in ada.contacts()} == {"Ada", "Bob"}
