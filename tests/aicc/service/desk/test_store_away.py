"""The desk while the database is away: callers come to people all the same, and what was to be kept is kept later."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from tests.aicc.service.desk.conftest import Make
from tests.fakes.desk import Shift
from voicebot.events import CallbackBooked, MessageLeft
from voicebot.store import Store, StoreUnavailable
from voicebot.store.desk import DeskTable
from voicebot.store.people import PeopleTable


class Away:
    """Lets some methods of a table say that the database is not there, for as long as it is."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    @contextlib.contextmanager
    def of(self, table: type, *names: str) -> Iterator[None]:
        is_away = True

        def while_away(method: Callable[..., Any]) -> Callable[..., Any]:
            def ask(*given: Any, **named: Any) -> Any:
                if is_away:
                    raise StoreUnavailable("the database is away: look at its machine")
                return method(*given, **named)

            return ask

        for name in names:
            self._monkeypatch.setattr(table, name, while_away(getattr(table, name)))
        yield
        is_away = False


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Away:
    return Away(monkeypatch)


def test_a_caller_of_whom_nobody_can_be_asked_who_knows_them_is_not_left_alone(shift: Shift, away: Away) -> None:
    kim = shift.at_work("kim")
    with away.of(DeskTable, "last_agent"):
        call = shift.waiting()
        assert kim.rings == [call]


def test_the_desk_opens_when_the_database_comes_back(make: Make, store: Store, away: Away) -> None:
    with away.of(DeskTable, "states", "callbacks"), away.of(PeopleTable, "all"):
        shift = make()
        shift.pass_s(20)
    shift.pass_s(10)
    kim = shift.at_work("kim")
    call = shift.waiting()
    assert kim.rings == [call]
    shift.pass_s(21)
    assert shift.state("kim") == "away", "time passes at the desk"


def test_a_message_and_a_promise_reach_the_database_when_it_is_back(shift: Shift, store: Store, away: Away) -> None:
    call = shift.begin()
    with away.of(DeskTable, "add_message", "add_callback"):
        shift.happens(call, MessageLeft("", "내일 다시 전화 주세요"))
        shift.happens(call, CallbackBooked("내일 열 시", "01012345678", "2026-11-24T10:00+09:00"))
        shift.pass_s(12)
    assert store.desk.messages() == []
    shift.pass_s(12)
    assert [message.text for message in store.desk.messages()] == ["내일 다시 전화 주세요"]
    [promised] = store.desk.callbacks()
    assert promised.at == datetime.fromisoformat("2026-11-24T10:00+09:00")


def test_states_reach_the_database_when_it_is_back(shift: Shift, store: Store, away: Away) -> None:
    shift.at_work("kim")
    assert store.desk.states()["kim"].state == "ready"
    with away.of(DeskTable, "keep_state"):
        shift.do("kim", "set_state", "away")
        shift.pass_s(12)
        assert store.desk.states()["kim"].state == "ready"
    shift.pass_s(12)
    assert store.desk.states()["kim"].state == "away"


def test_a_panel_that_opens_meanwhile_is_no_panel_for_ever(shift: Shift, away: Away) -> None:
    """Whoever was added a moment ago is looked up: where that fails, the next panel is their first one again."""
    shift.add("kim")
    with away.of(PeopleTable, "all"):
        first = shift.panel("kim")
    shift.pass_s(6)
    first.leave()
    shift.settle()
    assert shift.service.panels.names() == []
    panel = shift.panel("kim")
    shift.do("kim", "set_state", "ready")
    call = shift.waiting()
    assert panel.rings == [call]


def test_a_panel_stays_open_though_nobody_can_say_whether_a_call_was_theirs(shift: Shift, away: Away) -> None:
    kim = shift.at_work("kim")
    call = shift.begin()
    with away.of(Store, "people_of"):
        kim.ask({"type": "follow", "call_id": call})
        shift.settle()
    assert kim.of("error")[-1]["call_id"] == call
    kim.ask({"type": "ping"})
    shift.settle()
    assert kim.of("pong")
