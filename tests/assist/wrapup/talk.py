"""Logs of calls for the tests of notes."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from assist.call_so_far import CallSoFar
from assist.wrapup.evaluation import call_id_at
from assist.wrapup.wrapups import WrapUps
from voicebot.events import (
    AnswerChosen,
    BotFinished,
    CallEnded,
    CallStarted,
    Event,
    Logged,
    TranscriptFinal,
    TurnEnded,
    WrappedUp,
)

MONDAY = datetime(2026, 11, 23, 14, 0)
STARTED = CallStarted("in", "sip", "01012345678", "15881234", "누리홈쇼핑")
HUNG_UP = CallEnded("caller", "hung_up", 60_000)


def caller(text: str, turn: int = 1) -> list[Event]:
    return [TranscriptFinal("caller", turn, text, text, (), "sherpa"), TurnEnded(turn, text, text, 300, "ending")]


def agent(text: str, turn: int = 1) -> list[Event]:
    return [TranscriptFinal("agent", turn, text, text, (), "sherpa")]


def bot(text: str, source: str = "flow", turn: int = 1) -> list[Event]:
    return [AnswerChosen(turn, source, (), text, 20), BotFinished(turn, text)]


def logged(events: Iterable[Event], began: datetime = MONDAY) -> list[Logged]:
    call_id = call_id_at(began)
    return [Logged(call_id, seq, seq * 1_000, event) for seq, event in enumerate(events)]


def notes(service: WrapUps, log: Sequence[Logged]) -> list[WrappedUp]:
    """All that the helper of a call says."""
    call = CallSoFar(log[0].call_id if log else "")
    helper = service.open(call)
    said = []
    for one in log:
        call.take(one)
        said += helper.heard(one)
        said += helper.tick(one.at_ms)
    return said


def note(service: WrapUps, *events: Event, began: datetime = MONDAY) -> WrappedUp:
    (only,) = notes(service, logged(events, began))
    return only
