"""What one conversation remembers: the slots that are filled, what was said last, how patient everybody still is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from voicebot.dialogue.slots.slot import Found
from voicebot.dialogue.template import as_said, written


@dataclass(frozen=True, slots=True)
class Filled:
    """A slot's value: typed, as people read it, and which flow's question it answered."""

    value: Any
    written: str
    flow: str
    private: bool = False


@dataclass(slots=True)
class Memory:
    """Of one call. Slots of the whole call and of the running flow share one name space."""

    company: str
    caller_number: str
    now: datetime
    variables: dict[str, str] = field(default_factory=dict)
    slots: dict[str, Filled] = field(default_factory=dict)
    former: dict[str, Filled] = field(
        default_factory=dict
    )  # what a flow has taken back, for a caller who puts it right
    last_heard: str = ""
    said: list[str] = field(default_factory=list)  # since the caller spoke last
    exchanges: list[tuple[str, str]] = field(default_factory=list)  # questions and their answers, the last ones
    not_understood: int = 0  # in a row, as the next three
    unanswered: int = 0
    silences: int = 0
    warnings: int = 0  # for abuse, in all
    notes: list[str] = field(default_factory=list)  # what was done, for the person who takes over

    def begin_again(self) -> None:
        """The bot has the caller back: what was said is known, what went wrong is forgotten."""
        self.said.clear()
        self.not_understood = self.unanswered = self.silences = 0

    def values(self) -> dict[str, Any]:
        """What templates and conditions may speak of."""
        built_in = {
            "회사": self.company,
            "발신번호": self.caller_number,
            "발화": self.last_heard,
            "오늘": self.now.date(),
            "지금": self.now.time(),
        }
        slots = {name: as_said(slot.value, slot.written) for name, slot in self.slots.items()}
        return {**self.variables, **built_in, **slots}

    def fill(self, name: str, found: Found, flow: str, *, private: bool = False) -> None:
        self.slots[name] = Filled(found.value, found.written, flow, private)

    def put(self, name: str, value: Any, flow: str) -> None:
        """A value that no caller said: of a web service, or set by the flow."""
        self.slots[name] = Filled(value, written(value), flow)

    def leave(self, names: Iterable[str], *, to: str) -> None:
        """These are another flow's from here on."""
        for name in names:
            self.slots[name] = replace(self.slots[name], flow=to)

    def forget(self, names: Iterable[str]) -> None:
        for name in names:
            if name in self.slots:
                self.former[name] = self.slots.pop(name)

    def summary(self, flow: str | None, request: str) -> str:
        """For the person who takes over: what it is about and what is known, private slots masked."""
        known = [
            f"{name} {'*' * len(slot.written) if slot.private else slot.written}"
            for name, slot in self.slots.items()
            if slot.written
        ]
        parts = [flow or "문의", *([f"고객 말씀: {request}"] if request else []), *self.notes]
        return ". ".join([*parts, *([", ".join(known)] if known else [])])
