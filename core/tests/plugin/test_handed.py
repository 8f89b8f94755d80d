"""What connectors are handed: values as they are read, whatever core keeps them as. Pure."""

from __future__ import annotations

from syncline.model.contact import CONTACT
from syncline.model.records import AccountId, Record, RecordId
from syncline.plugin.handed import handed
from syncline.plugin.requests import Create, Delete, Update
from syncline.testing.every_kind import ERRAND

ADA = AccountId("ada")
CURRENT = Record(id=RecordId("1"), version="1")
MERGED = (
    {"address": "ada@x.example", "name": "Ada"},
    {"of": "ada@x.example", "role": "optional"},
    {"of": "gone@x.example", "response": "accepted"},
)
WHOLE = ({"address": "ada@x.example", "name": "Ada", "role": "optional"},)


def test_everybody_comes_once_with_all_that_is_said_of_them() -> None:
    create = Create(key="k", account=ADA, fields={"title": "Post", "people": MERGED})
    update = Update(
        id=RecordId("1"), version="1", fields={"people": MERGED}, current=CURRENT, account=ADA
    )

    assert handed(create, ERRAND).fields == {"title": "Post", "people": WHOLE}
    assert handed(update, ERRAND).fields == {"people": WHOLE}


def test_nobody_left_is_empty() -> None:
    create = Create(key="k", account=ADA, fields={"people": MERGED[2:]})

    assert handed(create, ERRAND).fields == {"people": None}


def test_what_names_no_people_is_handed_as_it_is() -> None:
    create = Create(key="k", account=ADA, fields={"given_name": "Ada"})
    delete = Delete(id=RecordId("1"), version="1", current=CURRENT, account=ADA)

    assert handed(create, CONTACT) is create
    assert handed(create, None) is create
    assert handed(delete, ERRAND) is delete
