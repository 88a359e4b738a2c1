"""Order numbers: 8 or 12 digits, dictated with hesitations, in groups, or read as if they were amounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from voicebot.dialogue.heard import Heard
from voicebot.dialogue.slots.digits import Digits
from voicebot.dialogue.slots.slot import Found
from voicebot.text.telephone import is_telephone

CALLED = ("주문 번호", "주문", "오더 번호", "접수 번호", "결제 번호")


@dataclass(frozen=True, slots=True)
class OrderNumber:
    """An order's number, as a string of one of ``lengths`` digits; a telephone number (010…) is not one."""

    lengths: Sequence[int] = (8, 12)
    called: Sequence[str] = CALLED
    _digits: Digits = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_digits", Digits(tuple(self.lengths), tuple(self.called)))

    def find(self, heard: Heard, now: datetime, *, asked: bool) -> Found | None:
        found = self._digits.find(heard, now, asked=asked)
        if found and found.problem and str(found.value).startswith("0") and is_telephone(str(found.value)):
            return None
        return found

    def joined(self, earlier: Found, later: Found) -> Found:
        """As ``Digits.joined``."""
        return self._digits.joined(earlier, later)
