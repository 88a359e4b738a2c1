"""What a flow says and computes: its texts and conditions, and the names it gives a value and takes one from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from voicebot.dialogue.scenario.flow import Flow
from voicebot.dialogue.scenario.paths import steps_of
from voicebot.dialogue.scenario.slot_settings import Choice, SlotSettings
from voicebot.dialogue.scenario.step import (
    Answer,
    Ask,
    Branch,
    Call,
    Callback,
    Consent,
    Forget,
    Handoff,
    HangUp,
    Leave,
    Message,
    Say,
    Set,
    Step,
    Variant,
)
from voicebot.dialogue.scenario.yaml_file import Where
from voicebot.dialogue.template import TemplateInvalid, names_in


@dataclass(frozen=True, slots=True)
class Use:
    """A text, an expression, or data that is filled, as it is written."""

    where: Where
    text: str
    kind: Literal["said", "text", "path", "data", "expression"]

    @property
    def computes(self) -> bool:
        """Whether it holds statements or comments of the template language, which texts of flows have not."""
        return self.kind != "expression" and ("{%" in self.text or "{#" in self.text)

    def names(self) -> set[str]:
        """The names it takes a value from; :class:`TemplateInvalid`."""
        is_alone = self.kind == "data" and self.text.startswith("{") and self.text.endswith("}")
        if self.kind == "expression":
            return _names(self.text, is_expression=True)
        if is_alone and self.text.count("{") == 1:  # as template.fill_data reads it
            return _names(self.text[1:-1], is_expression=True)
        return _names(self.text, is_expression=False)


def _names(text: str, *, is_expression: bool) -> set[str]:
    try:
        return names_in(text, is_expression=is_expression)
    except RecursionError:
        raise TemplateInvalid(f'"{text[:20]}...": brackets within brackets, too deep') from None


def uses_of(flow: Flow) -> Iterator[Use]:
    """All of the flow, steps before slots."""
    for where, step in steps_of(flow):
        yield from uses_in(where, step)
    yield from uses_of_slots(flow.slots)


def uses_in(where: Where, step: Step) -> Iterator[Use]:
    """Of one step, without the steps inside it."""
    if step.when is not None:
        yield Use((*where, "when"), step.when, "expression")
    match step:
        case Say():
            yield from lines((*where, "say"), step.say)
        case HangUp():
            yield from lines((*where, "hang_up"), step.hang_up)
        case Handoff():
            yield from lines((*where, "say"), step.say)
            yield from _text(where, step, "summary")
        case Branch():
            for number, arm in enumerate(step.branch):
                if arm.when is not None:
                    yield Use((*where, "branch", number, "when"), arm.when, "expression")
        case Call():
            yield Use((*where, "path"), step.path, "path")
            yield from data((*where, "query"), step.query)
            yield from data((*where, "body"), step.body)
            yield from lines((*where, "meanwhile"), step.meanwhile)
        case Answer():
            yield from _text(where, step, "answer")
        case Message():
            yield from _text(where, step, "message")
            yield from _text(where, step, "to")
        case Callback():
            yield from _text(where, step, "callback")
            yield from _text(where, step, "at")
        case Leave():
            yield from _text(where, step, "leave")
            yield from _text(where, step, "number")
        case Consent():
            yield from _text(where, step, "consent")
        case Set():
            yield from data((*where, "set"), step.set)


def uses_of_slots(slots: Mapping[str, SlotSettings]) -> Iterator[Use]:
    for name, slot in slots.items():
        where: Where = ("slots", name)
        yield from lines((*where, "ask"), slot.ask)
        yield from lines((*where, "easier"), slot.easier)
        if isinstance(slot.invalid, dict):
            for problem, line in slot.invalid.items():
                yield Use((*where, "invalid", problem), line, "said")
        else:
            yield from lines((*where, "invalid"), slot.invalid)
        if slot.valid is not None:
            yield Use((*where, "valid"), slot.valid, "expression")
        if slot.confirm_ask is not None:
            yield Use((*where, "confirm_ask"), slot.confirm_ask, "said")


def lines(where: Where, written: Any) -> Iterator[Use]:
    """Of a sentence, or of the variants of one (``step.Lines``)."""
    if isinstance(written, str):
        yield Use(where, written, "said")
    for number, line in enumerate(written if isinstance(written, list) else ()):
        here = (*where, number)
        if isinstance(line, Variant):
            yield Use((*here, "text"), line.text, "said")
            if line.when is not None:
                yield Use((*here, "when"), line.when, "expression")
        else:
            yield Use(here, line, "said")


def data(where: Where, value: Any) -> Iterator[Use]:
    """Of JSON whose texts are filled."""
    match value:
        case str():
            yield Use(where, value, "data")
        case dict():
            for key, inner in value.items():
                yield from data((*where, key), inner)
        case list():
            for number, inner in enumerate(value):
                yield from data((*where, number), inner)


def _text(where: Where, step: Step, key: str) -> Iterator[Use]:
    written = getattr(step, key)
    if written is not None:
        yield Use((*where, key), written, "text")


def given_by(step: Step) -> set[str]:
    """The names that a step gives a value when it goes well."""
    match step:
        case Ask():
            return set(listed(step.ask))
        case Call():
            return set(step.save)
        case Set():
            return set(step.set)
    return set()


def forgotten_by(step: Step) -> set[str]:
    return set(listed(step.forget)) if isinstance(step, Say | Forget) else set()


def listed(names: str | Iterable[str] | None) -> list[str]:
    return [names] if isinstance(names, str) else list(names or ())


def words_of(option: str, slot: Choice) -> list[str]:
    """How callers name an option of a choice."""
    return [option, *slot.options[option]]
