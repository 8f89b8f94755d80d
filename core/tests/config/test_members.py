"""The people of a sync: as tables, or as CSV where every problem has a line."""

from __future__ import annotations

import pytest

from syncline.model.sides import PerSide

BOTH = 'direction = "both"\nconflict = "crm_wins"\n'
INLINE = 'members = [{ mail = "ann@example.com", crm = "ann" }]'


@pytest.fixture
def text_with(contact):
    return lambda members: contact(BOTH).replace(INLINE, f"members = {members}")


@pytest.fixture
def text_with_csv(contact, tmp_path):
    def run(csv: str | bytes) -> str:
        content = csv.encode() if isinstance(csv, str) else csv
        (tmp_path / "people.csv").write_bytes(content)
        return contact(BOTH).replace(INLINE, 'members = "people.csv"')

    return run


def accounts(configuration):
    return [tuple(member.accounts) for member in configuration.syncs["sales"].members]


def test_tables_with_containers_of_their_own(load_text, text_with):
    (member,) = (
        load_text(
            text_with('[{ mail = " a@b.example ", crm = "a", containers.contact.mail = "Mine" }]')
        )
        .syncs["sales"]
        .members
    )
    assert member.accounts == PerSide("a@b.example", "a")
    assert member.containers == {"contact": PerSide("Mine", None)}


@pytest.mark.parametrize(
    ("members", "key", "rule"),
    [
        ('[{ mail = "a" }]', "members.1.crm", "is required"),
        ('[{ mail = "a", crm = "" }]', "members.1.crm", "must be the name of an account"),
        ('[{ mail = "a", crm = 7 }]', "members.1.crm", "must be the name of an account"),
        (
            '[{ mail = "a", crm = "a", cmr = "b" }]',
            "members.1.cmr",
            'unknown key; did you mean "crm"?',
        ),
        (
            '[{ mail = "a", crm = "a", containers.task.mail = "x" }]',
            "members.1.containers.task",
            "this sync has no such object",
        ),
        (
            '[{ mail = "A@b.c", crm = "1" }, { mail = "a@b.c", crm = "2" }]',
            "members.2.mail",
            "the account a@b.c is already a member of this sync",
        ),
        ("[]", "members", "names no member"),
        (
            "7",
            "members",
            "input should be a valid string, or input should be a valid list",
        ),
    ],
)
def test_tables_that_cannot_be(problems_of, text_with, members, key, rule):
    problem = problems_of(text_with(members))[0]
    assert problem.key == f"syncs.sales.{key}"
    assert rule is None or problem.rule == rule


def test_ids_that_differ_only_in_case_are_different_accounts(load_text, text_with):
    members = '[{ mail = "a@x", crm = "005A" }, { mail = "b@x", crm = "005a" }]'
    assert len(accounts(load_text(text_with(members)))) == 2


def test_csv_in_any_order_with_quotes_blank_lines_and_a_byte_order_mark(load_text, text_with_csv):
    csv = '\ufeffcrm, mail\r\n"ann, the first",ann@x\r\n\r\n bob ,bob@x\r\n'
    assert accounts(load_text(text_with_csv(csv))) == [
        ("ann@x", "ann, the first"),
        ("bob@x", "bob"),
    ]


def test_csv_may_hold_containers(load_text, text_with_csv):
    csv = "mail,crm,containers.contact.mail\nann@x,ann,Kunden/A\nbob@x,bob,\n"
    first, second = load_text(text_with_csv(csv)).syncs["sales"].members
    assert first.containers == {"contact": PerSide("Kunden/A", None)}
    assert second.containers == {}


@pytest.mark.parametrize(
    ("csv", "key", "rule"),
    [
        ("mail,crm\nann@x\n", "line 2", "has 1 cells, the first line has 2"),
        ("mail,crm\nann@x,ann\nbob@x,\n", "line 3.column crm", "is empty"),
        ("mail,crm\nann@x,ann\nann@x,bob\n", "line 3.mail", "the account ann@x is already"),
        ("mail,cmr\n", "line 1, column 2", 'unknown column "cmr"; did you mean "crm"?'),
        ("mail,crm,mail\n", "line 1, column 3", '"mail" appears twice'),
        ("mail;crm\nann@x;ann\n", "line 1, column 1", 'unknown column "mail;crm"'),
        ("", "line 1", 'there is no column "mail"'),
        ('mail,crm\n"ann@x,ann\n', "line 2", "is not CSV"),
    ],
)
def test_csv_problems_name_file_line_and_column(
    problems_of, text_with_csv, tmp_path, csv, key, rule
):
    problem = problems_of(text_with_csv(csv))[0]
    assert problem.file == tmp_path / "people.csv"
    assert problem.key == key
    assert problem.rule.startswith(rule)


def test_csv_that_cannot_be_read(problems_of, text_with_csv, contact):
    (problem,) = problems_of(contact(BOTH).replace(INLINE, 'members = "absent.csv"'))
    assert problem.key == "syncs.sales.members"
    assert "No such file" in problem.rule
    (problem,) = problems_of(text_with_csv(b"mail,crm\n\xff,a\n"))
    assert "not UTF-8" in problem.rule
