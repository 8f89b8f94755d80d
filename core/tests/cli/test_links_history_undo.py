"""What happened, what waits, and taking it back: on the real command line, two stores in memory."""

from __future__ import annotations

import pytest

from syncline.model.records import Writable


@pytest.fixture
def stores(two_stores):
    return two_stores("cli")


def ada(**more):
    return {
        "given_name": "Ada",
        "family_name": "Lovelace",
        "emails": ("ada@example.com",),
        **more,
    }


@pytest.fixture
def edited(syncline, stores):
    """Ada was created in right, then her job title changed there. Returns the run that did it."""
    left, _right = stores
    id = left.create("ann", ada(job_title="Countess"))
    syncline("run")
    left.update(id, {"job_title": "Analyst"})
    return syncline("run", "--json").document["run_id"]


def job_titles(store):
    return [each.fields.get("job_title") for each in store.entries.values() if not each.deleted]


# --- undo ---


def test_undo_plan_shows_and_writes_nothing(syncline, stores, edited):
    ended = syncline("undo", edited, "--plan")
    assert (ended.code, ended.err) == (0, "")
    assert 'job_title  "Analyst" → "Countess"' in ended.out
    assert "would make 1 write. Nothing has been written." in ended.out
    assert job_titles(stores[1]) == ["Analyst"]


def test_undo_puts_the_old_values_back_and_the_next_run_leaves_them(syncline, stores, edited):
    ended = syncline("undo", edited[:6], "--json")
    assert (ended.code, ended.err) == (0, "")
    assert ended.document["undone"] == edited
    assert (ended.document["writes"], ended.document["kept"]) == (1, [])
    assert job_titles(stores[1]) == ["Countess"]
    assert job_titles(stores[0]) == ["Analyst"]
    assert syncline("run", "--json").document["writes"] == 0


def test_undo_lists_what_was_edited_since_with_the_reason(syncline, stores, edited):
    _left, right = stores
    (id,) = [key for key, each in right.entries.items() if not each.deleted]
    right.update(id, {"company": "Analytical Engines"})
    ended = syncline("undo", edited)
    assert ended.code == 0
    assert "edited since: company" in ended.out
    (kept,) = syncline("undo", edited, "--json").document["kept"]
    assert (kept["id"], kept["action"], kept["label"]) == (id, "update", "Ada Lovelace")


def test_undo_of_an_unknown_run_is_refused(syncline, stores, edited):
    ended = syncline("undo", "nonesuch")
    assert ended.code == 2
    assert "syncline history runs" in ended.err


# --- history ---


@pytest.mark.parametrize("reference", ["ada lovelace", "ADA@example.com", "cli-right-1"])
def test_history_of_a_record_by_name_address_or_id_newest_first(
    syncline, stores, edited, reference
):
    syncline("undo", edited)
    ended = syncline("history", "record", reference)
    assert (ended.code, ended.err) == (0, "")
    undone = ended.out.index(f"takes back run {edited}")
    update = ended.out.index("because: edited on one side only")
    created = ended.out.index("created in right")
    assert undone < update < created
    assert 'job_title  "Countess" → "Analyst"' in ended.out

    entries = syncline("history", "record", reference, "--json").document["entries"]
    assert [each["action"] for each in entries] == ["update", "update", "create"]
    assert entries[0]["undoes"] == edited


def test_history_of_a_record_nobody_knows_is_refused(syncline, stores, edited):
    assert syncline("history", "record", "charles").code == 2


def test_history_runs_says_what_each_run_did_and_undid(syncline, stores, edited):
    syncline("undo", edited)
    undo, run, first = syncline("history", "runs", "--json").document["runs"]
    assert (undo["undoes"], run["undoes"], run["id"]) == (edited, None, edited)
    assert first["counts"] == {"create:right": 1}
    ended = syncline("history", "runs")
    assert f"undid {edited}: 1 updated in right" in ended.out


# --- links and what waits ---


def test_links_list_names_what_is_not_in_step_and_counts_the_rest(syncline, stores):
    left, _right = stores
    left.create("ann", ada())
    run = syncline("run", "--json").document["run_id"]
    assert "1 link: 1 linked." in syncline("links", "list").out
    syncline("undo", run)

    ended = syncline("links", "list")
    assert (ended.code, ended.err) == (0, "")
    assert "severed: gone in right; it stays in left" in ended.out
    (link,) = syncline("links", "list", "--json").document["links"]
    assert (link["status"], link["connections"]) == ("severed", {"left": "left", "right": "right"})


def test_links_list_all_shows_links_in_step_and_members_narrows(syncline, stores):
    left, _right = stores
    left.create("ann", ada())
    syncline("run")
    (link,) = syncline("links", "list", "--all", "--json").document["links"]
    assert (link["status"], link["state"]) == ("linked", "linked, in step")
    assert syncline("links", "list", "--members", "anne").code == 2
    assert syncline("links", "list", "--all", "--members", "ann").code == 0


@pytest.fixture
def refused(syncline, stores):
    """The right store lets nobody write Ada any more, and her title has changed at the left."""
    left, right = stores
    id = left.create("ann", ada())
    syncline("run")
    (there,) = right.entries
    right.protect(there, Writable(frozenset(), "locked by its owner"))
    left.update(id, {"job_title": "Analyst"})
    syncline("run")
    return there


@pytest.mark.parametrize("command", [["status"], ["links", "list"], ["links", "show", "l1"]])
def test_what_waits_says_why_since_when_until_when_and_what_would_release_it(
    syncline, refused, command
):
    ended = syncline(*command)
    assert ended.code == 0
    assert "may not be written: job_title" in ended.out
    assert "since 20" in ended.out and "again 20" in ended.out
    assert "allow Syncline's account to write these fields in right" in ended.out


def test_links_show_finds_by_id_and_by_name(syncline, refused):
    for reference in (refused, "lovelace"):
        (link,) = syncline("links", "show", reference, "--json").document["links"]
        assert link["ids"]["right"] == refused
        (waiting,) = link["waiting"]
        assert waiting["release"]
    assert syncline("links", "show", "nobody").code == 2


def test_what_waits_without_a_link_is_shown_by_name_and_named_in_the_run(syncline, stores):
    left, right = stores
    for title in ("one", "two"):
        left.create("ann", ada(job_title=title))
    right.create("ann", ada())
    ran = syncline("run", "--json").document

    problems = [each for each in ran["problems"] if each["kind"] == "ambiguous"]
    assert {each["label"] for each in problems} == {"Ada Lovelace"}
    shown = syncline("links", "show", "lovelace", "--json").document
    assert shown["links"] == []
    assert len(shown["waiting"]) == 3
    assert all(each["release"] and each["since"] for each in shown["waiting"])
    assert "Waiting without a link (3)" in syncline("links", "show", "lovelace").out


def test_held_operations_are_named_and_where_none_is_held_it_says_so(syncline, stores):
    left, _right = stores
    assert "Nothing is held" in syncline("approve", "--all").out
    ids = [left.create("ann", ada(emails=(f"a{n}@x.test",), company=f"C{n}")) for n in range(30)]
    syncline("run")
    for id in ids[:15]:
        left.delete(id)
    syncline("run")

    held = syncline("status", "--json").document["held"]

    assert [each["label"] for each in held] == ["Ada Lovelace"] * 15
    assert "15 operations are held" in syncline("approve").err


# --- a stop, explained ---


@pytest.mark.parametrize("command", ["plan", "run"])
def test_a_stop_says_what_why_how_to_go_on_and_where_to_look(syncline, stores, command):
    left, _right = stores
    ids = [
        left.create("ann", ada(family_name=f"L{n}", emails=(f"a{n}@x.test",))) for n in range(30)
    ]
    syncline("run")
    for id in ids[:15]:
        left.delete(id)

    ended = syncline(command)

    assert ended.code == 7
    assert "15 of 30 would be deleted" in ended.out
    assert "A lost permission, a moved folder and a wrong account look like many" in ended.out
    assert "`syncline approve --guard 'deletions'`, then `syncline run`" in ended.out
    assert "If not: restore what was deleted" in ended.out
    (guard,) = syncline(command, "--json").document["guards"]
    assert all(guard[key] for key in ("message", "why", "intended", "otherwise"))


# --- doctor ---


def test_doctor_finds_nothing_wrong_after_a_run(syncline, stores):
    syncline("run")
    ended = syncline("doctor")
    assert ended.code == 0
    assert "the key fits" in ended.out and "the database is whole" in ended.out
    document = syncline("doctor", "--json").document
    assert document["ok"] is True
    levels = {each["id"]: each["level"] for each in document["findings"]}
    assert levels["database.mode"] == levels["connection.left.clock"] == "ok"


def test_doctor_warns_of_a_key_others_may_read(syncline, stores, tmp_path):
    syncline("run")
    (tmp_path / "syncline.key").chmod(0o640)
    ended = syncline("doctor")
    assert ended.code == 0
    assert "syncline.key may be read by others (mode 640)" in ended.out
    assert ended.err == ""  # it is said once
    assert f"chmod 600 {tmp_path}" in ended.out.replace("\n", "")


@pytest.mark.parametrize("command", ["run", "check", "plan"])
def test_what_uses_a_key_others_may_read_warns_of_it(syncline, stores, tmp_path, command):
    assert "may be read" not in syncline(command, "--json").err
    (tmp_path / "syncline.key").chmod(0o644)
    ended = syncline(command, "--json")
    assert ended.code == 0
    assert ended.document
    assert "[state] key: syncline.key may be read by others (mode 644)" in ended.err


def test_doctor_says_which_connection_refuses_and_ends_with_4(syncline, stores):
    stores[1].password = "changed"
    ended = syncline("doctor", "--json")
    assert ended.code == 4
    bad = [each["id"] for each in ended.document["findings"] if each["level"] == "error"]
    assert bad == ["connection.right"]


def test_doctor_of_a_database_of_another_key_ends_with_3_and_still_looks(
    syncline, stores, tmp_path
):
    syncline("run")
    (tmp_path / "syncline.key").write_text("another-key-another-key-another-key-another")
    ended = syncline("doctor", "--json")
    assert ended.code == 3
    assert "installation.version" in {each["id"] for each in ended.document["findings"]}


@pytest.mark.parametrize(
    "command",
    [["history", "runs"], ["links", "list"], ["doctor"], ["history", "record", "ada"]],
)
def test_json_is_exactly_one_document(syncline, stores, edited, command):
    ended = syncline(*command, "--json")
    assert ended.document["exit_code"] == ended.code == 0
    assert ended.document["command"] == " ".join(command[:2])
    assert ended.err == ""
