"""Recorded calls are found by those who may see them."""

from datetime import timedelta

import pytest

from tests.voicebot.store.sample_calls import NOON, call_id_at, ended, logged, said, started
from voicebot.events import AgentJoined, CallStarted, Event, HandoffRequested, Queued, WrappedUp
from voicebot.store import Store
from voicebot.store.recorded import Wanted


def wrapped(code: str, suggested: str = "", issue: str = "", version: int = 1) -> WrappedUp:
    return WrappedUp({"issue": issue}, code, suggested, 0.9, version=version, cause=version)


def write(store: Store, minute: int, *events: Event, number: int = 0) -> str:
    call_id = call_id_at(NOON + timedelta(minutes=minute), number)
    story = logged(call_id, *events)
    store.write(story)
    store.wrapups.write(story)
    return call_id


@pytest.fixture
def shift(store: Store) -> list[str]:
    """Six calls, of which the last is running; oldest first."""
    kim, lee = AgentJoined("kim", "answered"), AgentJoined("lee", "answered")
    asked = HandoffRequested("asked", "배송", "")
    return [
        write(store, 0, started(), said(1, "환불 되나요"), ended()),
        write(store, 10, started(), asked, Queued("배송", 1, 10), kim, ended(), wrapped("", "delivery")),
        write(store, 20, started(), said(1, "환불이요"), Queued("환불", 1, 10), lee, ended(), wrapped("refund", "faq")),
        write(store, 30, started(), asked, lee, AgentJoined("kim", "consulted"), lee, ended(), wrapped("faq")),
        write(store, 40, started("01099999999"), ended()),
        write(store, 50, started(), asked, kim),
    ]


def found(store: Store, **wanted: object) -> list[str]:
    return [one.call.call_id for one in store.recorded.find(Wanted(**wanted))]  # type: ignore[arg-type]


def test_newest_first_without_running_ones(store: Store, shift: list[str]) -> None:
    assert found(store) == shift[4::-1]


def test_filters(store: Store, shift: list[str]) -> None:
    assert found(store, agent="kim") == [shift[3], shift[1]]
    assert found(store, agent="lee", code="refund") == [shift[2]]
    assert found(store, skill="배송") == [shift[3], shift[1]]
    assert found(store, code="delivery") == [shift[1]]
    assert found(store, text="환불") == [shift[2], shift[0]]
    assert found(store, text="환불", agent="lee") == [shift[2]]
    assert found(store, since=NOON + timedelta(minutes=20), until=NOON + timedelta(minutes=40)) == [shift[3], shift[2]]
    assert found(store, agent="kim", since=NOON + timedelta(minutes=20)) == [shift[3]]
    assert found(store, agent="park") == found(store, skill="배") == found(store, code="") == []


def test_people_see_their_own(store: Store, shift: list[str]) -> None:
    assert found(store, seen_by="kim") == [shift[3], shift[1]]
    assert found(store, seen_by="kim", text="환불") == []
    assert found(store, seen_by="kim", agent="lee") == [shift[3]]
    assert found(store, seen_by="park") == found(store, seen_by="park", agent="kim") == []


def test_pages_of_ones_own(store: Store, shift: list[str]) -> None:
    mine = Wanted(seen_by="kim")
    first = store.recorded.find(mine, limit=1)
    assert [one.call.call_id for one in first] == [shift[3]]
    assert [one.call.call_id for one in store.recorded.find(mine, 1, before=shift[3])] == [shift[1]]
    assert store.recorded.find(mine, limit=0) == store.recorded.find(mine, 5, before=shift[0]) == []


def test_who_has_talked_in_the_order_of_joining(store: Store, shift: list[str]) -> None:
    assert store.recorded.find(Wanted(), limit=2)[1].people == ("lee", "kim")
    assert store.people_of(shift[3]) == {"lee", "kim"}
    assert store.people_of(shift[5]) == {"kim"}
    assert store.people_of(shift[0]) == store.people_of("nonsense") == set()


def test_the_code_is_the_newest_notes(store: Store) -> None:
    call_id = call_id_at(NOON)
    story = logged(call_id, started(), ended(), wrapped("", "faq"), wrapped("refund", "faq", version=2))
    store.write(story[3:])  # a batch that was lost comes again, later
    store.write(story[:3])
    row = store.call(call_id)
    assert row is not None and row.code == "refund"
    assert found(store, code="refund") == [call_id] and found(store, code="faq") == []


def test_earlier_calls_of_a_customer(store: Store, shift: list[str]) -> None:
    out = write(store, 60, CallStarted("out", "sip", "15881234", "01012345678", "nuri"), ended())
    note = wrapped("refund", "", "환불을 원하심", 2)
    store.wrapups.write(logged(shift[2], note, start=9))
    now = write(store, 70, started())
    earlier = store.recorded.earlier(now, "01012345678")
    assert [one.call.call_id for one in earlier] == [out, shift[5], shift[3], shift[2], shift[1], shift[0]]
    assert (earlier[3].issue, earlier[3].people, earlier[3].call.code) == ("환불을 원하심", ("lee",), "refund")
    assert [one.call.call_id for one in store.recorded.earlier(shift[2], "01012345678", limit=1)] == [shift[1]]
    # the line that everybody calls is no customer
    assert store.recorded.earlier(now, "15881234") == []


@pytest.mark.parametrize("number", ["", " ", "anonymous", "Anonymous", "0", "' OR 1=1"])
def test_nobody_has_no_history(store: Store, number: str) -> None:
    write(store, 0, started(number if number.strip() else "anonymous"), ended())
    now = write(store, 10, started())
    assert len(store.recorded.earlier(now, number)) == (number in ("0", "' OR 1=1"))


def test_a_forgotten_call_takes_its_people_along(store: Store, shift: list[str]) -> None:
    store.forget(shift[1])
    assert store.people_of(shift[1]) == set()
    assert found(store, agent="kim") == [shift[3]]
