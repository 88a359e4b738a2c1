"""The hand-written cases of ``cases/TYPE.tsv``: what is said to a slot with certain settings, and what is found.

A line is settings, utterance and expectation, with tabs between. The settings are JSON, with ``asked`` (true), ``now``
(Wednesday, 25 November 2026, 10:00) and ``source`` (speech) beside those of the slot; ``@name = JSON`` names settings
that several lines share.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

from voicebot.dialogue.heard import Heard
from voicebot.dialogue.slots import (
    Amount,
    Choice,
    Date,
    Digits,
    Found,
    FreeText,
    Name,
    OrderNumber,
    Phone,
    Slot,
    Time,
    YesNo,
)

FOLDER = Path(__file__).parent / "cases"
WEDNESDAY = "2026-11-25T10:00"
SLOTS: dict[str, Any] = {
    "yes_no": YesNo, "choice": Choice, "digits": Digits, "order_number": OrderNumber, "phone": Phone, "amount": Amount,
    "date": Date, "time": Time, "name": Name, "free_text": FreeText,
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One line of a file."""

    slot: Slot
    heard: Heard
    now: datetime
    asked: bool
    expected: str

    def got(self) -> str:
        found = self.slot.find(self.heard, self.now, asked=self.asked)
        return told(found)

    def __str__(self) -> str:
        return f"{self.heard.spoken} ({self.slot}{'' if self.asked else ', not asked'})"


def told(found: Found | None) -> str:
    """A value as people read it and its problem, or a dash."""
    return " ".join(filter(None, (found.written, found.problem))) if found else "-"


def cases(slot_type: str) -> Iterator[Case]:
    shared: dict[str, dict[str, Any]] = {}
    for line in (FOLDER / f"{slot_type}.tsv").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if line.startswith("@") and "\t" not in line:
            name, _, written_settings = line.partition(" = ")
            shared[name] = json.loads(written_settings)
            continue
        written_settings, utterance, expected = line.split("\t")
        name, _, own = (
            written_settings.partition(" ") if written_settings.startswith("@") else ("", "", written_settings)
        )
        settings: dict[str, Any] = {**shared.get(name, {}), **json.loads(own or "{}")}
        asked = settings.pop("asked", True)
        now = datetime.fromisoformat(settings.pop("now", WEDNESDAY))
        heard = Heard.of(utterance, source=settings.pop("source", "speech"))
        for hour in ("opens", "closes"):
            if hour in settings:
                settings[hour] = time.fromisoformat(settings[hour])
        yield Case(SLOTS[slot_type](**settings), heard, now, asked, expected)
