"""The kinds that appointments and tasks need: what is one value, and what people read of it."""

from html import escape
from typing import Annotated

import pytest
from hypothesis import given

from syncline.model import fields as f
from syncline.model.fields import FieldType, Value
from syncline.model.html_text import shown_text
from syncline.model.kinds.choice import ChoiceType
from syncline.model.kinds.flag import FLAG
from syncline.model.kinds.instant import INSTANT
from syncline.model.kinds.number import NUMBER
from syncline.model.kinds.people import PEOPLE
from syncline.model.kinds.rich_text import RICH_TEXT
from syncline.model.objects import CanonicalModel, Group, object_type
from syncline.testing.every_kind import ERRAND, RULE, STATUS
from syncline.testing.strategies import HTML, TEXTS

ADA = {"address": "ada@x.example", "name": "Ada", "role": "required", "response": "accepted"}


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (FLAG, "true", "TRUE "),
        (NUMBER, "10", "10.00"),
        (NUMBER, "1e3", "+1000"),
        (NUMBER, "-0.0", "0"),
        (NUMBER, "0.1000000000000000055511151231257827", "00.10000000000000000555111512312578270"),
        (STATUS, "Waiting", "waiting"),
        (INSTANT, {"at": "2026-03-01T09:00:00+01:00"}, {"at": "2026-03-01T08:00:00Z"}),
        (INSTANT, {"at": "2026-03-01T08:00:00.0000000Z"}, {"at": "2026-03-01T08:00:00+00:00"}),
        (
            INSTANT,
            {"at": "2026-03-01T08:00:00Z", "zone": "Europe/Vienna"},
            {"at": "2026-03-01T08:00:00Z", "zone": "W. Europe Standard Time"},
        ),
        (RICH_TEXT, {"html": "<p>Hi<br>Bob</p>"}, {"text": "Hi\nBob"}),
        (RICH_TEXT, {"html": "<p>Hi</p><p><b>Bob</b></p>"}, {"html": "<div>Hi</div>\n<div>Bob"}),
        (RICH_TEXT, {"html": "a&nbsp;&nbsp;b &lt; c"}, {"text": "a b < c"}),
        (PEOPLE, (ADA,), ({**ADA, "address": "ADA@X.example", "name": "A. Lovelace"},)),
        (PEOPLE, (ADA, {"address": "b@x"}), ({"address": "b@x", "role": None}, ADA)),
        (RULE, {"every": "week", "times": "3.0"}, {"times": "3", "every": "week "}),
    ],
)
def test_spellings_of_one_value_are_equal(kind: FieldType, one: Value, other: Value) -> None:
    assert kind.normal(one) == kind.normal(other)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (FLAG, "false", None),
        (NUMBER, "0", None),
        (NUMBER, "0.1", "0.1000000000000000055511151231257827"),
        (STATUS, "waiting", "not_started"),
        (INSTANT, {"at": "2026-03-01T09:00:00Z"}, {"at": "2026-03-01T09:00:01Z"}),
        (RICH_TEXT, {"html": "<p>a</p><p>b</p>"}, {"html": "<p>a b</p>"}),
        (RICH_TEXT, {"html": "<a href='https://x.example'>x</a>"}, {"html": "x"}),
        (PEOPLE, (ADA,), ({**ADA, "role": "optional"},)),
        (PEOPLE, (ADA,), ({**ADA, "response": None},)),
        (RULE, {"every": "week"}, {"every": "week", "times": "3"}),
    ],
)
def test_different_values_are_different(kind: FieldType, one: Value, other: Value) -> None:
    assert kind.normal(one) != kind.normal(other)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (FLAG, "perhaps"),
        (FLAG, True),
        (NUMBER, 7),
        (NUMBER, "seven"),
        (NUMBER, "NaN"),
        (NUMBER, "1_000"),
        (NUMBER, "\u0661"),
        (NUMBER, "1e999999999"),
        (NUMBER, "1e-999999999"),
        (NUMBER, "9" * 1000),
        (STATUS, "on hold"),
        (INSTANT, "2026-03-01T09:00:00Z"),
        (INSTANT, {"at": "2026-03-01T09:00:00"}),
        (INSTANT, {"at": "2026-03-01"}),
        (INSTANT, {"at": "0001-01-01T00:00:00+14:00"}),
        (INSTANT, {"at": "tomorrow"}),
        (INSTANT, {"at": "2026-03-01T09:00:00Z", "place": "Vienna"}),
        (RICH_TEXT, "<p>Hi</p>"),
        (RICH_TEXT, {"html": "<p>Hi</p>", "text": "Hi"}),
        (RICH_TEXT, {"rtf": "Hi"}),
        (RICH_TEXT, {"html": 7}),
        (PEOPLE, ("ada@x.example",)),
        (PEOPLE, ADA),
        (PEOPLE, ({"address": "ada@x.example", "role": "hero"},)),
        (PEOPLE, ({"address": 7},)),
        (PEOPLE, ({"mail": "ada@x.example"},)),
        (RULE, {"every": "week", "times": "often"}),
    ],
)
def test_what_is_no_value_of_a_kind_is_refused(kind: FieldType, value: Value) -> None:
    with pytest.raises(ValueError, match=r"must|no part"):
        kind.normal(value)


def test_refusals_show_no_value() -> None:
    for kind, value in [(FLAG, "secret"), (NUMBER, "secret"), (STATUS, "secret")]:
        with pytest.raises(ValueError, match=kind.kind) as refused:
            kind.normal(value)
        assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        (FLAG, "true", "yes"),
        (FLAG, "false", "no"),
        (NUMBER, "+1e3", "1000"),
        (STATUS, "in_progress", "in progress"),
        (
            INSTANT,
            {"at": "2026-03-01T09:00:00+01:00", "zone": "Europe/Vienna"},
            "2026-03-01 09:00 +01:00 (Europe/Vienna)",
        ),
        (INSTANT, {"at": "2026-03-01T09:00:30Z"}, "2026-03-01 09:00:30 UTC"),
        (RICH_TEXT, {"html": "<h1>Hi</h1><ul><li>a<li>b</ul>"}, "Hi\n\n- a\n- b"),
        (
            PEOPLE,
            (ADA, {"address": "bob@x.example"}),
            "Ada <ada@x.example> (required, accepted), bob@x.example",
        ),
        (RULE, {"every": "week", "times": "3", "until": None}, "week, 3"),
        (f.EMAILS, ("Ada@X.example", "b@x.example"), "Ada@X.example, b@x.example"),
    ],
)
def test_people_read_a_value_in_their_words(kind: FieldType, value: Value, shown: str) -> None:
    assert kind.shown(value) == shown


# ---- choices ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "held"),
    [
        ("completed", "completed"),
        ("in_progress", "in_progress"),
        ("waiting", "in_progress"),
    ],
)
def test_a_poorer_vocabulary_holds_a_word_of_the_same_class(word: str, held: str) -> None:
    assert STATUS.nearest(word, {"completed", "in_progress"}) == held


def test_a_vocabulary_without_the_class_has_no_word_for_it() -> None:
    assert STATUS.nearest("completed", {"waiting"}) is None


def test_words_of_a_vocabulary_are_written_in_one_way() -> None:
    with pytest.raises(ValueError, match="lower case"):
        ChoiceType("status", classes={"Open": "open"})


# ---- people -------------------------------------------------------------------------------------


def test_facts_that_were_merged_are_put_together() -> None:
    merged = (
        {"address": "ada@x.example", "name": "Ada"},
        {"of": "ada@x.example", "role": "optional"},
        {"of": "Ada@X.example", "response": "accepted"},
    )

    assert PEOPLE.people(merged) == ({**ADA, "role": "optional"},)


def test_who_takes_no_part_any_more_has_no_role_left() -> None:
    assert PEOPLE.people(({"of": "ada@x.example", "role": "optional"},)) == ()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_roles_the_first_of_the_vocabulary_counts(order: tuple[int, int]) -> None:
    roles = ({"of": ADA["address"], "role": "optional"}, {"of": ADA["address"], "role": "chair"})
    merged = ({"address": ADA["address"]}, *(roles[index] for index in order))

    assert PEOPLE.people(merged) == ({"address": ADA["address"], "role": "chair"},)


# ---- rich text ----------------------------------------------------------------------------------


@given(html=HTML)
def test_the_text_form_of_any_html_is_a_rich_text_of_the_same_words(html: str) -> None:
    value = {"html": html}

    assert RICH_TEXT.normal({"text": RICH_TEXT.text_form(value)}) == RICH_TEXT.normal(value)


@given(words=TEXTS)
def test_a_text_that_a_service_wraps_in_html_stays_the_same_value(words: str) -> None:
    normal = RICH_TEXT.normal({"text": words.replace("\0", "").replace("\x0c", "")})
    lines = (normal or {"text": ""})["text"].split("\n")
    page = "<html><head><title>x</title></head><body>{}</body></html>"
    wrapped = page.format("<br>\r\n".join(escape(line) for line in lines))

    assert RICH_TEXT.normal({"html": wrapped}) == normal


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<div>one</div><div>two<br><br>three</div>", "one\ntwo\n\nthree"),
        ("<style>p {}</style>a<script>b()</script>", "a"),
        ("<![if !supportLists]>a<![endif]><!-- b -->", "a"),
        ("see <a href='https://x.example/'>https://x.example</a>", "see https://x.example"),
        ("see <a href='https://x.example/'>this</a>.", "see this (https://x.example/)."),
        ("write <a href='mailto:a@x.example'>a@x.example</a>", "write a@x.example"),
        ("<a href='javascript:alert(1)'>press</a>", "press"),
        ("<pre>a  b\n c</pre>", "a  b\n c"),
        ("<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc"),
        ("<a title='1>0' href=https://x.example>it&#39;s</a>", "it's (https://x.example)"),
        ("a<b", "a"),
        ("a < b", "a < b"),
        ("a<!-- b", "a"),
        ("a<style>b", "a"),
    ],
)
def test_html_is_read_as_it_is_shown(html: str, shown: str) -> None:
    assert shown_text(html) == shown


@pytest.mark.parametrize("piece", ["<a ", "<a x='", "<!--", "<![", "<", "&#", "<a>", "<script>"])
def test_html_that_somebody_made_to_take_for_ever_is_read(piece: str) -> None:
    """By the square of the length, one of these would take hours."""
    assert RICH_TEXT.text_form({"html": f"Hi<p>{piece * 100_000}"}).startswith("Hi")


# ---- object types -------------------------------------------------------------------------------


def test_a_type_knows_what_is_never_put_together_from_two_sides() -> None:
    assert {"rule", "effort", "status"} <= ERRAND.atomic
    assert ERRAND.atomic.isdisjoint({"place", "start", "topics", "people", "remarks"})


def test_fields_of_an_atomic_group_are_atomic() -> None:
    class Meeting(CanonicalModel):
        begin: Annotated[dict[str, str] | None, INSTANT, Group("time", atomic=True)] = None
        end: Annotated[dict[str, str] | None, INSTANT, Group("time", atomic=True)] = None
        place: Annotated[str | None, f.SHORT_TEXT, Group("where")] = None

    assert object_type("meeting", Meeting).atomic == {"begin", "end"}


def test_a_type_knows_by_which_fields_people_are_told() -> None:
    assert ERRAND.told_by == {"people"}
