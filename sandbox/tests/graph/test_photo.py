"""The photo of a contact."""

from __future__ import annotations

import base64
import struct

import httpx
import pytest

from syncline_sandbox.graph.contacts.photo import dimensions
from syncline_sandbox.testing import GraphMailbox, GraphSandbox

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 64, 48) + bytes(20)
JPEG = (
    b"\xff\xd8\xff\xe0\x00\x04\x00\x00\xff\xc0\x00\x0b\x08"
    + struct.pack(">HH", 120, 240)
    + bytes(9)
)
IMAGE = {"Content-Type": "image/jpeg"}


@pytest.fixture
def url(ada: GraphMailbox) -> str:
    """A contact's."""
    return f"contacts/{ada.create_contact({'givenName': 'Grace'})['id']}"


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_photo_is_put_and_got_with_its_facts(mine: httpx.Client, url: str, method: str) -> None:
    put = mine.request(method, f"{url}/photo/$value", content=JPEG, headers=IMAGE)
    picture, facts = mine.get(f"{url}/photo/$value"), mine.get(f"{url}/photo").json()

    assert (put.status_code, put.content) == (200, b"")
    assert (picture.content, picture.headers["Content-Type"]) == (JPEG, "image/jpeg")
    assert (facts["id"], facts["width"], facts["height"]) == ("240x120", 240, 120)
    assert (facts["@odata.mediaContentType"], len(facts["@odata.mediaEtag"])) == ("image/jpeg", 10)


def test_contact_without_a_photo_has_the_facts_of_an_empty_one(
    mine: httpx.Client, url: str
) -> None:
    assert mine.get(f"{url}/photo/$value").status_code == 404
    facts = mine.get(f"{url}/photo").json()
    assert (facts["id"], facts["@odata.mediaContentType"]) == ("1x1", "image/gif")
    assert mine.delete(f"{url}/photo/$value").status_code == 404


def test_photo_is_deleted(mine: httpx.Client, url: str) -> None:
    mine.put(f"{url}/photo/$value", content=PNG, headers=IMAGE)

    assert mine.get(f"{url}/photo").json()["id"] == "64x48"
    assert mine.delete(f"{url}/photo/$value").status_code == 204
    assert mine.get(f"{url}/photo/$value").status_code == 404


def test_delta_tells_of_a_new_photo_unless_the_service_does_not(
    graph: GraphSandbox, mine: httpx.Client, url: str
) -> None:
    link = mine.get("contacts/delta").json()["@odata.deltaLink"]
    mine.put(f"{url}/photo/$value", content=PNG, headers=IMAGE)
    first = mine.get(link).json()
    graph.quirk("photo-unreported")
    mine.put(f"{url}/photo/$value", content=JPEG, headers=IMAGE)

    assert len(first["value"]) == 1
    assert mine.get(first["@odata.deltaLink"]).json()["value"] == []


def test_what_is_no_image_or_too_large_is_refused(mine: httpx.Client, url: str) -> None:
    text = mine.put(f"{url}/photo/$value", content=b"x", headers={"Content-Type": "text/plain"})
    large = mine.put(f"{url}/photo/$value", content=bytes(4 * 1024 * 1024 + 1), headers=IMAGE)

    assert (text.status_code, large.status_code) == (400, 413)


def test_picture_within_a_batch_is_base64(
    http: httpx.Client, ada: GraphMailbox, mine: httpx.Client, url: str
) -> None:
    mine.put(f"{url}/photo/$value", content=JPEG, headers=IMAGE)
    steps = [
        {"id": "photo", "method": "GET", "url": f"/users/{ada.id}/{url}/photo/$value"},
        {"id": "count", "method": "GET", "url": f"/users/{ada.id}/contacts/$count"},
    ]
    responses = http.post("/$batch", json={"requests": steps}).json()["responses"]
    bodies = {each["id"]: each["body"] for each in responses}

    assert base64.urlsafe_b64decode(bodies["photo"]) == JPEG
    assert bodies["count"] == "1"


@pytest.mark.parametrize("picture", [b"", b"GIF89a", JPEG[:12], PNG[:20], b"\xff\xd8\xff"])
def test_picture_of_no_known_form_has_no_size(picture: bytes) -> None:
    assert dimensions(picture) == (0, 0)
