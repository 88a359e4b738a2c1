"""How right notes are: facts copied without error, codes that fit, and how soon behind the end of a call they come."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, NaiveDatetime, ValidationError

from assist.call_so_far import CallSoFar
from assist.wrapup.entities import facts_of, unsupported
from assist.wrapup.wrapups import WrappingUp, WrapUps
from voicebot.dialogue.trial.play import Played
from voicebot.events import (
    BotFinished,
    CallbackBooked,
    CallEnded,
    CallStarted,
    ConsentGiven,
    Event,
    FlowEntered,
    HandoffRequested,
    Logged,
    MessageSent,
    SlotCorrected,
    SlotFilled,
    TranscriptFinal,
    TurnEnded,
    WrappedUp,
)
from voicebot.korean_time import KST

AT_ONCE = 20
"""Calls that end at the same moment."""

_BETWEEN_MS = 4_000  # from one thing said to the next


class CallsUnusable(ValueError):
    """A file of calls cannot be read; the message says where and what to do."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Promised(_Strict):
    what: str
    due: date | Literal[""]


Line = Annotated[dict[Literal["고객", "상담사"], str], Field(min_length=1, max_length=1)]
Texts = Annotated[tuple[str, ...], BeforeValidator(lambda values: tuple(map(str, values)))]


class WrittenCall(_Strict):
    """A call between two people, and what its note must say."""

    name: str
    now: NaiveDatetime
    talk: Annotated[tuple[Line, ...], Field(min_length=1)]
    code: str
    resolution: str
    facts: Texts = ()
    promises: tuple[Promised, ...] = ()
    absent: Texts = ()


class CallFile(_Strict):
    """``conversations`` are the codes of conversation tests, by their names."""

    conversations: Mapping[str, str] = {}
    calls: tuple[WrittenCall, ...] = ()


def read_calls(path: Path) -> CallFile:
    """Raises :class:`CallsUnusable`."""
    try:
        return CallFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CallsUnusable(f"{path}: cannot be read as YAML ({error}): check the file") from None
    except ValidationError as invalid:
        first = invalid.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise CallsUnusable(f"{path}: {where}: {first['msg'].lower()}: mend it") from None


@dataclass(frozen=True, slots=True)
class Call:
    """One call to be judged: its log, the code that fits if that is known, and what was written of it."""

    name: str
    log: tuple[Logged, ...]
    code: str | None = None
    written: WrittenCall | None = None


def of_people(written: WrittenCall) -> Call:
    """The log of a call between two people."""
    events: list[Event] = [CallStarted("in", "sip", "01012345678", "15881234", "")]
    for turn, line in enumerate(written.talk, 1):
        ((who, said),) = line.items()
        side: Literal["caller", "agent"] = "caller" if who == "고객" else "agent"
        events.append(TranscriptFinal(side, turn, said, said, (), "written"))
        if side == "caller":
            events.append(TurnEnded(turn, said, said, 300, "ending"))
    events.append(CallEnded("caller", "hung_up", _BETWEEN_MS * len(events)))
    return Call(written.name, _logged(events, written.now), written.code, written)


def of_conversation(played: Played, codes: Mapping[str, str]) -> Call:
    """The log of a conversation test."""
    name = played.written.case.test
    events = [event for turn in played.turns for event in turn.events]
    return Call(name, _logged(events, played.now), codes.get(name))


def call_id_at(moment: datetime) -> str:
    """A UUIDv7 of a call that began at ``moment``, Korean time."""
    milliseconds = int(moment.replace(tzinfo=KST).timestamp() * 1000)
    digits = f"{milliseconds << 80 | 0x7 << 76 | 0b10 << 62:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _logged(events: Sequence[Event], began: datetime) -> tuple[Logged, ...]:
    call_id = call_id_at(began)
    return tuple(Logged(call_id, seq, seq * _BETWEEN_MS, event) for seq, event in enumerate(events))


# ---- judging


@dataclass(slots=True)
class Report:
    """``facts`` are slots, figures and days of promises that notes have to have, and all figures that they have."""

    n: int = 0
    facts: int = 0
    facts_right: int = 0
    codes: int = 0
    codes_right: int = 0
    times_ms: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "n": self.n,
            "facts": self.facts,
            "facts_right": self.facts_right,
            "codes": self.codes,
            "code_right": self.codes_right,
            "p95_ms": round(self.p95_ms, 1),
            "wrong": self.wrong,
        }

    @property
    def p95_ms(self) -> float:
        """From the ends of :data:`AT_ONCE` calls at the same moment to each one's note."""
        ordered = sorted(self.times_ms)
        return ordered[max(0, -(-95 * len(ordered) // 100) - 1)] if ordered else 0.0


def evaluate(service: WrapUps, calls: Sequence[Call]) -> Report:
    """Lets the calls end, so many at once, and judges their notes."""
    report = Report()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for begin in range(0, len(calls), AT_ONCE):
            some = calls[begin : begin + AT_ONCE]
            waiting = [_until_end(service, call) for call in some]
            began = time.perf_counter()
            futures = [pool.submit(_note, helper, last, began) for helper, last in waiting]
            for call, future in zip(some, futures, strict=True):
                note, took_ms = future.result()
                report.times_ms.append(took_ms)
                judge(call, note, report)
    return report


def _until_end(service: WrapUps, call: Call) -> tuple[WrappingUp, Logged]:
    so_far = CallSoFar(call.log[0].call_id)
    helper = service.open(so_far)
    for logged in call.log[:-1]:
        so_far.take(logged)
        helper.heard(logged)
    so_far.take(call.log[-1])
    return helper, call.log[-1]


def _note(helper: WrappingUp, last: Logged, began: float) -> tuple[WrappedUp, float]:
    (note,) = helper.heard(last)
    assert isinstance(note, WrappedUp)
    return note, (time.perf_counter() - began) * 1000


def judge(call: Call, note: WrappedUp, report: Report) -> None:
    """Adds what is right and wrong with a note to ``report``."""
    report.n += 1
    check = _checker(call, report)
    for name, written in _slots(call.log).items():
        check(note.slots.get(name) == written, f"slot {name} is {note.slots.get(name)}, not {written}")
    text = _text(note)
    strange = unsupported(text, _said(call.log))
    for fact in sorted(facts_of(text)):
        check(fact not in strange, f"nobody has said {fact.value}")
    if call.code is not None:
        report.codes += 1
        if note.suggested_code == call.code:
            report.codes_right += 1
        else:
            report.wrong.append(f"{call.name}: code {note.suggested_code}, not {call.code}")
    if call.written is not None:
        _judge_written(call.written, note, text, check)


def _judge_written(written: WrittenCall, note: WrappedUp, text: str, check: Callable[[bool, str], None]) -> None:
    known = facts_of(text)
    for wanted in written.facts:
        for fact in facts_of(wanted):
            check(fact in known, f"{fact.value} is missing")
    left = list(note.follow_ups)
    for promised in written.promises:
        due = promised.due.isoformat() if promised.due else ""
        found = next((one for one in left if promised.what in one["what"] and one["due"] == due), None)
        check(found is not None, f"no promise {promised.what} until {due or 'no day'}: {list(note.follow_ups)}")
        left = [one for one in left if one is not found]
    check(not left, f"nobody has promised {left}")
    check(note.summary["resolution"] == written.resolution, f"it was {written.resolution}: {note.summary}")
    for hidden in written.absent:
        check(hidden not in f"{text} {note.slots}", f"{hidden} is to be hidden")


def _checker(call: Call, report: Report) -> Callable[[bool, str], None]:
    def check(is_right: bool, what: str) -> None:
        report.facts += 1
        report.facts_right += is_right
        if not is_right:
            report.wrong.append(f"{call.name}: {what}")

    return check


def _text(note: WrappedUp) -> str:
    summary = note.summary
    promised = [one["what"] for one in note.follow_ups]
    return "\n".join([summary["issue"], *summary["actions"], summary["resolution_text"], *promised])


def _slots(log: Sequence[Logged]) -> dict[str, str]:
    filled = (logged.event for logged in log if isinstance(logged.event, SlotFilled | SlotCorrected))
    return {event.slot: event.written for event in filled if event.written}


def _said(log: Sequence[Logged]) -> Iterator[str]:
    """All that a note may take facts from."""
    for logged in log:
        match logged.event:
            case TurnEnded(written=text) | TranscriptFinal(written=text) | BotFinished(text=text):
                yield text
            case SlotFilled(written=text) | SlotCorrected(written=text) | ConsentGiven(what=text):
                yield text
            case CallbackBooked(at=at, number=number):
                yield f"{at} {number}"
            case MessageSent(to=to):
                yield to
            case HandoffRequested(skill=text) | FlowEntered(flow=text):
                yield text
