"""What must come of a call, and what of it did not: judged on the call's event log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from voicebot.dialogue.scenario.misspelled import did_you_mean
from voicebot.dialogue.scenario.step import Written
from voicebot.dialogue.trial.case import Wordings
from voicebot.dialogue.trial.matching import is_said, is_value
from voicebot.events import TYPES
from voicebot.korean_time import korean_now
from voicebot.stt.evaluation import comparable, distance


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _known(name: str) -> str:
    if name not in TYPES:
        cure = did_you_mean(name, TYPES) or f"the events are {', '.join(TYPES)}"
        raise ValueError(f'there is no event "{name}": {cure}')
    return name


Texts = Annotated[list[str], BeforeValidator(_as_list)]
EventNames = Annotated[list[Annotated[str, AfterValidator(_known)]], BeforeValidator(_as_list)]


class Expect(Written):
    """What is left out is not judged."""

    ended_by: Texts = Field(default=[], description="Who ends the call: bot, caller ...; one of them.")
    outcome: Texts = Field(default=[], description="The reason in call_ended: done, handoff, hung_up ...; one of them.")
    transcripts: Texts | None = Field(default=None, description="The caller's turns as they were said, all, in order.")
    cer_percent: float = Field(default=15.0, ge=0, le=100, description="Of the characters of all transcripts.")
    contains: Wordings = Field(default=[], description="What the bot must say: texts, or /expressions/.")
    absent: Wordings = Field(default=[], description="What the bot must not say.")
    slots: dict[str, Any] = Field(default={}, description="What is known in the end; null: nothing.")
    flows: Texts = Field(default=[], description="Flows that must be entered.")
    events: EventNames = Field(default=[], description="Events that must occur.")
    events_absent: EventNames = Field(default=[], description="Events that must not occur.")


Events = Sequence[Mapping[str, Any]]
"""A call's log as ``Logged.as_json`` has it."""


def judge(expect: Expect, events: Events, today: date | None = None) -> list[str]:
    """What is not as it should be, a sentence each; nothing where all is well."""
    today = today or korean_now().date()
    return [
        *_ending(expect, events),
        *_transcripts(expect, events),
        *_words(expect, events, today),
        *_slots(expect, events, today),
        *_occurrences(expect, events),
    ]


def _ending(expect: Expect, events: Events) -> Iterator[str]:
    if not (expect.ended_by or expect.outcome):
        return
    ended = next((event for event in events if event["type"] == "call_ended"), None)
    if ended is None:
        yield "the log has no call_ended"
        return
    for what, wanted, found in (
        ("ended by", expect.ended_by, ended["by"]),
        ("outcome", expect.outcome, ended["reason"]),
    ):
        if wanted and found not in wanted:
            yield f"{what}: {found}, not {' or '.join(wanted)}"


def caller_turns(events: Events) -> list[str]:
    """What the caller was heard to say, turn by turn; keys are no speech."""
    return [event["spoken"] for event in events if event["type"] == "turn_ended" and event["reason"] != "dtmf"]


def character_errors(heard: Sequence[str], said: Sequence[str]) -> tuple[int, int]:
    """Wrong characters and all that were said, over texts that belong together: NFC, without spaces."""
    pairs = [(comparable(one), comparable(other)) for one, other in zip(heard, said, strict=True)]
    return sum(distance(one, other) for one, other in pairs), sum(len(other) for _, other in pairs)


def _transcripts(expect: Expect, events: Events) -> Iterator[str]:
    if expect.transcripts is None:
        return
    heard = caller_turns(events)
    if len(heard) != len(expect.transcripts):
        listed = " / ".join(heard) or "nothing"
        yield f"transcripts: {len(heard)} turns were heard, not {len(expect.transcripts)}: {listed}"
        return
    wrong, characters = character_errors(heard, expect.transcripts)
    if wrong > characters * expect.cer_percent / 100:
        yield f"transcripts: CER {100 * wrong / max(1, characters):.0f} %, not up to {expect.cer_percent:g} %"
        for one, other in zip(heard, expect.transcripts, strict=True):
            if character_errors([one], [other])[0]:
                yield f'transcripts: heard "{one}", said "{other}"'


def _words(expect: Expect, events: Events, today: date) -> Iterator[str]:
    said = [event["text"] for event in events if event["type"] == "bot_started"]
    yield from (f'the bot did not say "{text}"' for text in expect.contains if not is_said(text, said, today))
    yield from (f'the bot said "{text}"' for text in expect.absent if is_said(text, said, today))


def _slots(expect: Expect, events: Events, today: date) -> Iterator[str]:
    known = {event["slot"]: event for event in events if event["type"] in ("slot_filled", "slot_corrected")}
    for slot, wanted in expect.slots.items():
        found = known.get(slot)
        if found is None:
            if wanted is not None:
                yield f"{slot}: not known, not {wanted}"
        elif wanted is None or not is_value(wanted, found["value"], found["written"], today):
            yield f"{slot}: {found['written']}, not {'unknown' if wanted is None else wanted}"


def _occurrences(expect: Expect, events: Events) -> Iterator[str]:
    flows = [event["flow"] for event in events if event["type"] == "flow_entered"]
    yield from (f'flow "{flow}" was not entered' for flow in expect.flows if flow not in flows)
    for name in expect.events:
        if not any(event["type"] == name for event in events):
            yield f"no {name} in the log"
    for name in expect.events_absent:
        found = [event for event in events if event["type"] == name]
        if found:
            told = f" ({found[0]['room']}: {found[0]['what']})" if name == "fault" else ""
            yield f"{name} in the log, at {found[0]['at_ms']} ms{told}"
