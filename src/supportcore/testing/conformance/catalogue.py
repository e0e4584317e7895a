"""What `supportcore.storage.ports.Catalogue` promises."""

# ruff: noqa: SIM300  # expected == actual, as in every test

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from supportcore.products import Product
from supportcore.storage.ports import (
    KIND_OF,
    RECORD_KINDS,
    Record,
    Steps,
    Store,
)
from supportcore.testing import strategies
from supportcore.testing.conformance.driving import (
    Conformance,
    at_once,
    for_every_store,
    fresh_desk,
    read,
    write,
    write_among_others,
)
from supportcore.testing.conformance.samples import (
    HASH,
    opened_ticket,
)


class CatalogueConformance(Conformance):
    """What `supportcore.storage.ports.Catalogue` promises."""

    @for_every_store
    @given(record=strategies.records(), other=strategies.records())
    def test_a_record_comes_back_as_it_was_put(self, store: Store, record: Record, other: Record) -> None:
        """Whatever its fields hold, a record is read as it was written, beside others and by its kind."""
        ledger = store.ledger(fresh_desk())
        wanted = {(KIND_OF[type(one)], one.id): one for one in (record, other)}
        for one in wanted.values():
            write(store, ledger.put_record(one))
        assert tuple(wanted.values()) == read(store, ledger.records(wanted))
        for kind in RECORD_KINDS:
            mine = [one for (found, _), one in wanted.items() if found == kind]
            assert sorted(mine, key=lambda one: one.id.encode()) == list(read(store, ledger.records_of(kind)))

    @for_every_store
    @given(data=st.data(), kind=st.sampled_from(list(RECORD_KINDS)))
    def test_a_record_replaces_the_one_before(self, store: Store, data: st.DataObject, kind: str) -> None:
        """Of one kind and id there is one record, the last that was put; putting it again changes nothing."""
        ledger = store.ledger(fresh_desk())
        same = st.just(data.draw(strategies.host_ids()))
        before, after = data.draw(strategies.records(kind, id=same)), data.draw(strategies.records(kind, id=same))
        for record in (before, after, after):
            write(store, ledger.put_record(record))
        assert (after,) == read(store, ledger.records(((kind, after.id),)))
        assert (after,) == read(store, ledger.records_of(kind))

    def test_records_come_in_the_order_asked_for(self, store: Store) -> None:
        """What is not there is None, what is asked twice comes twice, and an id says nothing without its kind."""
        ledger = store.ledger(fresh_desk())
        one, two = Product(id="p1", name="One"), Product(id="p2", name="Two")
        for record in (one, two):
            write(store, ledger.put_record(record))
        refs = [("product", "p2"), ("product", "p9"), ("service", "p1"), ("product", "p1"), ("product", "p2")]
        assert (two, None, None, one, two) == read(store, ledger.records(refs))
        assert () == read(store, ledger.records(()))
        assert (None, one) == read(store, ledger.records((("product", "P1"), ("product", "p1"))))

    def test_many_records_can_be_asked_for_at_once(self, store: Store) -> None:
        """Six hundred references are answered, in their order."""
        ledger = store.ledger(fresh_desk())
        products = [Product(id=f"p{number}", name="") for number in range(0, 600, 3)]

        def put() -> Steps[None]:
            for product in products:
                yield from ledger.put_record(product)

        write(store, put())
        found = read(store, ledger.records([("product", f"p{number}") for number in range(600)]))
        assert 600 == len(found)
        assert products == list(found[::3])
        assert {None} == {*found[1::3], *found[2::3]}

    @for_every_store
    @given(ids=st.lists(strategies.host_ids(), max_size=10, unique=True), limit=st.integers(1, 4))
    def test_records_of_a_kind_can_be_walked(self, store: Store, ids: list[str], limit: int) -> None:
        """Asking on from the last id meets every record of the kind once, by the bytes of the ids."""
        ledger = store.ledger(fresh_desk())
        for record_id in ids:
            write(store, ledger.put_record(Product(id=record_id, name="")))
        walked: list[str] = []
        while found := read(store, ledger.records_of("product", after=walked[-1] if walked else "", limit=limit)):
            assert len(found) <= limit
            walked.extend(record.id for record in found)
            assert len(walked) <= len(ids)
        assert sorted(ids, key=str.encode) == walked

    @for_every_store
    @given(document=strategies.bodies())
    @example(document="[" + "ñ" * 500_000 + "]")
    def test_rules_are_kept_as_they_were_put(self, store: Store, document: str) -> None:
        """A document is read as it was written; storing it again changes nothing; other hashes have none."""
        ledger = store.ledger(fresh_desk())
        for _ in range(2):
            write(store, ledger.put_rules(HASH, document))
        assert document == read(store, ledger.rules(HASH))
        assert read(store, ledger.rules("f" * 64)) is None

    def test_a_desk_is_known_by_its_rules(self, store: Store) -> None:
        """A desk is listed from when its rules are stored, and the list is in order."""
        desk = fresh_desk()
        assert desk not in read(store, store.desks())
        write(store, store.ledger(desk).put_rules(HASH, "{}"))
        listed = read(store, store.desks())
        assert desk in listed
        assert tuple(sorted(set(listed))) == listed

    def test_a_desk_is_known_by_its_tickets(self, store: Store) -> None:
        """A desk whose rules are not stored here is listed from its first ticket on."""
        desk = fresh_desk()
        assert desk not in read(store, store.desks())
        write(store, store.ledger(desk).save(opened_ticket(desk)))
        assert desk in read(store, store.desks())

    def test_rules_may_be_put_by_several_at_once(self, store: Store) -> None:
        """Processes that start together install the same rules and records without an error in the end."""
        ledger = store.ledger(fresh_desk())
        product = Product(id="p1", name="One")

        def put() -> Steps[None]:
            yield from ledger.put_rules(HASH, "{}")
            yield from ledger.put_record(product)

        at_once(lambda _: write_among_others(store, put), 4)
        assert "{}" == read(store, ledger.rules(HASH))
        assert (product,) == read(store, ledger.records_of("product"))
