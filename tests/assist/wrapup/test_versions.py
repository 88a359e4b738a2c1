"""Edits of a note."""

import pytest

from assist.wrapup.versions import Edit, EditConflict, edited, versions_of
from voicebot.events import CallEnded, Event, Logged, WrappedUp

MACHINES = WrappedUp(
    {"issue": "반품", "actions": ["반품 접수함"], "resolution": "환불 예정"},
    code="",
    suggested_code="RETURN",
    confidence=0.91,
    follow_ups=({"what": "환불", "due": "2026-11-30"},),
    slots={"order": "2026-11"},
    cause=7,
)


def test_an_edit_makes_the_next_version_and_leaves_what_it_does_not_name() -> None:
    note = edited(MACHINES, 8, 1, Edit("김지영", summary={"issue": "교환"}, code="EXCHANGE"))
    assert note.summary == {"issue": "교환", "actions": ["반품 접수함"], "resolution": "환불 예정"}
    assert (note.version, note.edited_by, note.code, note.cause) == (2, "김지영", "EXCHANGE", 8)
    assert (note.suggested_code, note.confidence) == ("RETURN", 0.91)
    assert (note.slots, note.follow_ups) == (MACHINES.slots, MACHINES.follow_ups)
    assert MACHINES.summary["issue"] == "반품"


def test_slots_follow_ups_and_the_code_are_replaced_by_nothing_too() -> None:
    first = edited(MACHINES, 8, 1, Edit("김지영", code="RETURN"))
    note = edited(first, 9, 2, Edit("이민수", slots={}, follow_ups=[], code=""))
    assert (note.slots, note.follow_ups, note.code, note.version) == ({}, (), "", 3)


@pytest.mark.parametrize("based_on", [0, 1, 3])
def test_who_has_read_another_version_is_told_whose_there_is(based_on: int) -> None:
    second = edited(MACHINES, 8, 1, Edit("김지영"))
    with pytest.raises(EditConflict, match="version 2 is there, by 김지영") as conflict:
        edited(second, 9, based_on, Edit("이민수"))
    assert conflict.value.newest == 2


def test_versions_among_the_events() -> None:
    def logged(*events: Event) -> list[Logged]:
        return [Logged("c", seq, seq, event) for seq, event in enumerate(events)]

    second = edited(MACHINES, 1, 1, Edit("김지영"))
    assert versions_of([]) == []
    events = logged(CallEnded("caller", "hung_up", 1), MACHINES, second, edited(MACHINES, 1, 1, Edit("이민수")))
    assert versions_of(events[::-1]) == [events[1], events[3]]
    assert versions_of(events) == [events[1], events[2]]
