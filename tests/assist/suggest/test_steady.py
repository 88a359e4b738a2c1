"""A list that stays while somebody reads it."""

from hypothesis import given
from hypothesis import strategies as st

from assist.suggest.steady import LEAD, Steady
from kb.entry import Entry
from kb.index import Hit


def hits(**confidences):
    ranked = sorted(confidences.items(), key=lambda one: -one[1])
    return tuple(Hit(Entry(name, "?", "."), confidence, "") for name, confidence in ranked)


def first(settled):
    return settled[0].entry.id if settled else None


def test_the_first_list_is_shown():
    assert first(Steady().settle(hits(a=0.5, b=0.3))) == "a"


def test_a_little_better_changes_nothing():
    steady = Steady()
    steady.settle(hits(a=0.5, b=0.3))
    assert first(steady.settle(hits(b=0.55, a=0.4))) == "a"


def test_clearly_better_replaces_it():
    steady = Steady()
    steady.settle(hits(a=0.5, b=0.3))
    assert first(steady.settle(hits(b=0.8, a=0.1))) == "b"


def test_nothing_found_leaves_it():
    steady = Steady()
    steady.settle(hits(a=0.5))
    assert first(steady.settle(())) == "a"


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=20))
def test_every_change_is_clearly_ahead(values):
    steady, shown = Steady(), None
    for a, b in values:
        now = first(steady.settle(hits(a=a, b=b)))
        if shown and now != shown:
            assert {"a": a, "b": b}[now] >= {"a": a, "b": b}[shown] + LEAD
        shown = now
