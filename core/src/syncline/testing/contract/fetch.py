"""Group 3, fetch: everything is read, once, in pages; by id, by key listing, by match key."""

from __future__ import annotations

from syncline.model.records import AbsenceReason, RecordId
from syncline.plugin.requests import MatchKey, MatchRequest, Page
from syncline.testing.contract.base import ContractBase, require
from syncline.testing.world import World

MANY = tuple(range(1, 8))
SMALL = 2


class FetchContract(ContractBase):
    """Reading, with nothing changing meanwhile."""

    def test_an_empty_feed_ends_with_a_cursor(self, world: World) -> None:
        """No record, but a cursor to go on from."""
        page = world.round()
        assert page.records == ()
        assert page.cursor is not None

    def test_every_record_is_read_once_over_many_pages(self, world: World) -> None:
        """Whatever the page size, nothing is missing and nothing comes twice."""
        made = world.user_creates(*MANY)
        pages = list(world.pages(page_size=SMALL))
        ids = [each.id for page in pages for each in page.records]
        assert sorted(ids) == sorted(made)
        assert all(page.cursor is None for page in pages[:-1])

    def test_what_the_user_entered_is_read(self, world: World) -> None:
        """Every field, in normal form, as the system holds it."""
        (id,) = world.user_creates(1)
        (record,) = world.round().records
        world.assert_holds(record.fields, world.stored()[id])
        assert world.spec.readable >= record.fields.keys()

    def test_empty_is_not_unknown(self, world: World) -> None:
        """A field the user left empty was read: it is there, as an empty value."""
        id = world.system.create(world.account, _few(world))
        world.settle()
        record = world.record(id)
        unread = world.spec.readable - record.fields.keys()
        assert unread == frozenset()

    def test_a_round_can_go_on_from_any_page(self, world: World) -> None:
        """`next` is all a connector needs to go on, also in another process."""
        made = world.user_creates(*MANY)
        first = next(iter(world.pages(page_size=SMALL)))
        require(first.next is not None, f"{len(MANY)} records are one page here")
        again = World.enter(world.system, world.opener, world.type)
        rest = [each.id for page in again.pages(next=first.next) for each in page.records]
        assert sorted([each.id for each in first.records] + rest) == sorted(made)

    def test_a_feed_can_be_read_from_the_beginning_again(self, world: World) -> None:
        """Without a cursor everything comes again."""
        world.user_creates(1, 2, 3)
        first, second = (
            sorted(each.id for page in world.pages() for each in page.records) for _ in range(2)
        )
        assert first == second

    def test_records_are_read_by_id(self, world: World) -> None:
        """Each id once: as the same record, or as absent."""
        one, two = world.user_creates(1, 2)
        by_feed = {each.id: each for each in world.round().records}
        page = world.by_ids(one, two, one)
        assert {each.id: each.version for each in page.records} == {
            id: each.version for id, each in by_feed.items()
        }
        for each in page.records:
            world.assert_holds(each.fields, by_feed[each.id].fields)

    def test_an_id_that_is_gone_is_absent(self, world: World) -> None:
        """Deleted records are answered for, not left out."""
        kept, gone = world.user_creates(1, 2)
        world.user_deletes(gone)
        page = world.by_ids(kept, gone)
        assert [each.id for each in page.records] == [kept]
        assert [(each.id, each.reason) for each in page.absent] == [(gone, AbsenceReason.DELETED)]

    def test_keys_list_every_record_with_its_version(self, world: World) -> None:
        """The sweep knows the same ids, versions and owners as the feed."""
        world.user_creates(*MANY)
        by_feed = {each.id: (each.version, each.owner) for each in world.round().records}
        assert {id: (each.version, each.owner) for id, each in world.keys().items()} == by_feed

    def test_records_belong_to_their_account(self, world: World) -> None:
        """A feed per account holds its own; a feed per connection names the owner."""
        mine, theirs = world.user_creates(1), world.other().user_creates(2)
        records = {each.id: each for each in world.round().records}
        owned = {id for id, each in records.items() if each.owner == world.account_id}
        if world.spec.feed == "account":
            assert set(records) == set(mine)
        else:
            assert set(records) == {*mine, *theirs}
            assert owned == set(mine)

    def test_a_record_is_found_by_its_match_key(self, world: World, matcher: str) -> None:
        """Exactly the records with the key, whatever its case in the record."""
        require(matcher in world.spec.match, f"{matcher!r} is not in spec.match")
        one, two = world.user_creates(1, 2)
        found = {
            id: {each.id for each in _matching(world, matcher, *_keys(world, matcher, id)).records}
            for id in (one, two)
        }
        assert found == {one: {one}, two: {two}}
        nobody = _matching(world, matcher, "no such key\x1fat all\x1fanywhere")
        assert nobody.records == ()

    def test_many_match_keys_are_one_request(self, world: World, matcher: str) -> None:
        """All records that carry one of the keys, each once."""
        require(matcher in world.spec.match, f"{matcher!r} is not in spec.match")
        made = world.user_creates(*MANY)
        keys = [key for id in made for key in _keys(world, matcher, id)]
        found = [each.id for each in _matching(world, matcher, *keys).records]
        assert sorted(found) == sorted(made)


def _few(world: World) -> dict[str, object]:
    from syncline.testing.samples import required

    return required(world.type, world.spec, 1)


def _keys(world: World, matcher: str, id: RecordId) -> tuple[str, ...]:
    keys = world.matchers[matcher](world.record(id).fields)
    assert keys, f"the sample record has no key for {matcher!r}"
    return keys


def _matching(world: World, matcher: str, *keys: str) -> Page:
    request = MatchRequest(
        spec=world.spec,
        feed=world.feed,
        keys=tuple(MatchKey(kind=matcher, value=key) for key in keys),
    )
    return world.handle.fetch(request)
