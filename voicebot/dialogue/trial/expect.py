"""Judges a conversation that was played: what must have come of it and has not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from voicebot.dialogue.scenario.misspelled import did_you_mean
from voicebot.dialogue.signals import Transfer
from voicebot.dialogue.trial.case import Expected, HandedOff, Talk
from voicebot.dialogue.trial.days import as_data, as_said
from voicebot.dialogue.trial.matching import is_call, is_expression, is_said, is_value
from voicebot.dialogue.trial.play import Played, Turn
from voicebot.events import AnswerChosen, CallEnded, HandoffRequested


@dataclass(frozen=True, slots=True)
class Miss:
    """Something that did not come as it must: ``turn`` is where, None for the call as a whole."""

    turn: Turn | None
    line: int
    what: str


def judge(played: Played) -> list[Miss]:
    """Everything that is wrong with it, in the order of the case; nothing for a case that has passed."""
    written, misses = played.written, []
    unreached: tuple[int, Talk] | None = None
    for number, (step, turn) in enumerate(zip(written.case.talk, played.judged_by, strict=True)):
        line = written.talk_lines[number]
        if turn is not None:
            misses += [Miss(turn, line, what) for what in _wrong(step, turn, played)]
        elif unreached is None:
            unreached = number, step
    if played.broken:
        misses.append(Miss(None, written.line, played.broken))
    elif unreached:
        number, step = unreached
        misses.append(Miss(None, written.talk_lines[number], f"{_ended(played)}: {_rest(step)}"))
    misses += [Miss(None, written.line, what) for what in _wrong_in_all(played)]
    return misses


def _ended(played: Played) -> str:
    match played.ending:
        case None:
            return "the caller had hung up"
        case Transfer(reason=reason, skill=skill):
            return f"the bot had handed the call over ({reason}, {skill})"
        case goodbye:
            return f"the bot had hung up ({goodbye.reason})"


def _rest(step: Talk) -> str:
    if step.caller is not None:
        return f'the caller still had to say "{step.caller}"'
    return f"the caller still had to press {step.press}" if step.press else "the conversation was to go on"


def _wrong_in_all(played: Played) -> Iterator[str]:
    case, today = played.written.case, played.now.date()
    said = [text for turn in played.turns for text in turn.said]
    yield from (f"absent: {_quoted(text)} was said in this call" for text in case.absent if is_said(text, said, today))
    if case.ends and not played.broken:
        ended = "open" if played.ending is None else "handoff" if isinstance(played.ending, Transfer) else "hang_up"
        if ended != case.ends:
            yield f"ends: {case.ends}, but {_ENDS[ended]}"


_ENDS = {
    "open": "the bot was still there",
    "handoff": "the bot handed the call over",
    "hang_up": "the bot hung up",
}


# ---- one turn


def _wrong(expected: Expected, turn: Turn, played: Played) -> Iterator[str]:
    today = played.now.date()
    for text in expected.bot:
        if not is_said(text, turn.said, today):
            yield f"bot: {_quoted(as_said(text, today))} was not said"
    for text in expected.absent:
        if is_said(text, turn.said, today):
            yield f"absent: {_quoted(as_said(text, today))} was said"
    for name, value in expected.slots.items():
        yield from _wrong_slot(name, value, turn, today)
    for judged in (_asked, _called, _flow, _answer, _message, _handed_off, _hung_up, _within):
        yield from judged(expected, turn, today)


def _wrong_slot(name: str, value: Any, turn: Turn, today: date) -> Iterator[str]:
    known = turn.slots.get(name)
    if value is None:
        if known and name in turn.kept:
            yield f"slots: {name} is {known.written}, where nothing was to be known"
    elif known is None:
        near = did_you_mean(name, turn.slots)
        yield f"slots: {name} is not known" + (f": {near}" if near else "")
    elif not is_value(value, known.value, known.written, today):
        shown = f"{known.written} ({known.value})" if str(known.value) != known.written else known.written
        yield f"slots: {name} is {shown}, not {as_said(value, today) if isinstance(value, str) else value}"


def _asked(expected: Expected, turn: Turn, today: date) -> Iterator[str]:
    if expected.asked and expected.asked not in turn.asked:
        asked = " or ".join(sorted(turn.asked)) or "nothing in particular"
        yield f"asked: the bot waits for {asked}, not {expected.asked}"


def _called(expected: Expected, turn: Turn, today: date) -> Iterator[str]:
    if expected.called is None:
        return
    made = ", ".join(map(str, turn.called)) or "nothing"
    if not expected.called and turn.called:
        yield f"called: nothing was to be asked, but there was {made}"
    for call in expected.called:
        line, body = (call, {}) if isinstance(call, str) else next(iter(call.items()))
        if not any(is_call(line, body, called, today) for called in turn.called):
            parts = f" with {body}" if body else ""
            sent = [f"{called} {called.body}" for called in turn.called] if body else []
            yield f"called: {as_data(line, today)}{parts} was not, but {', '.join(sent) or made}"


def _flow(expected: Expected, turn: Turn, today: date) -> Iterator[str]:
    if expected.flow and expected.flow not in turn.flows:
        yield f"flow: the bot is in {', '.join(sorted(turn.flows)) or 'none'}, not {expected.flow}"


def _answer(expected: Expected, turn: Turn, today: date) -> Iterator[str]:
    chosen = [
        str(document.get("id"))
        for event in turn.events
        if isinstance(event, AnswerChosen)
        for document in event.documents
    ]
    for entry in expected.answer:
        if entry not in chosen:
            yield f"answer: {entry} was not chosen, but {', '.join(dict.fromkeys(chosen)) or 'no entry'}"


def _message(expected: Expected, turn: Turn, today: date) -> Iterator[str]:
    sent = [
        str(called.body["text"])
        for called in turn.called
        if isinstance(called.body, dict) and {"to", "text", "kind"} <= set(called.body)
    ]
    for text in expected.message:
        if not is_said(text, sent, today):
            instead = ", ".join(map(_quoted, sent)) or "nothing"
            yield f"message: {_quoted(as_said(text, today))} was not sent, but {instead}"


def _handed_off(expected: Expected, turn: Turn, today: date) -> Iterator[str]:
    if expected.handed_off is None:
        return
    handoff = next((event for event in turn.events if isinstance(event, HandoffRequested)), None)
    if expected.handed_off is False:
        if handoff:
            yield f"handed_off: the call was handed over ({handoff.reason}, {handoff.skill})"
        return
    if handoff is None:
        yield "handed_off: the call was not handed over"
    elif isinstance(wanted := expected.handed_off, HandedOff):
        if wanted.reason and wanted.reason != handoff.reason:
            yield f"handed_off: the reason is {handoff.reason}, not {wanted.reason}"
        if wanted.skill and wanted.skill != handoff.skill:
            yield f"handed_off: the skill is {handoff.skill}, not {wanted.skill}"
        for text in wanted.summary:
            if not is_said(text, [handoff.summary], today):
                yield f"handed_off: {_quoted(as_said(text, today))} is not in the summary {_quoted(handoff.summary)}"


def _hung_up(expected: Expected, turn: Turn, today: date) -> Iterator[str]:
    if expected.hung_up is None:
        return
    ended = next((event for event in turn.events if isinstance(event, CallEnded)), None)
    reason = ended.reason if ended and ended.by == "bot" and ended.reason != "handoff" else None
    if expected.hung_up is False:
        if reason:
            yield f"hung_up: the bot has hung up ({reason})"
    elif reason is None:
        yield "hung_up: the bot has not hung up"
    elif isinstance(expected.hung_up, str) and expected.hung_up != reason:
        yield f"hung_up: the reason is {reason}, not {expected.hung_up}"


def _within(expected: Expected, turn: Turn, today: date) -> Iterator[str]:
    if expected.within_ms is not None and turn.thinking_ms > expected.within_ms:
        yield f"within_ms: the bot thought for {turn.thinking_ms:.1f} ms, not {expected.within_ms}"


def _quoted(text: str) -> str:
    return text if is_expression(text) else f'"{text}"'
