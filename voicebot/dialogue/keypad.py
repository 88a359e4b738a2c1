"""How the bot says that a question may be answered by keys."""

from __future__ import annotations

import re
from collections.abc import Iterable

from voicebot.dialogue.asked import Asked
from voicebot.dialogue.scenario import slot_settings as settings
from voicebot.text.particles import settle_particles

KEYPAD_AFTER = 2  # answers in a row that were not understood, or were wrong
MOST_OPTIONS = 9  # that have a key each

_TELLS = re.compile("누르|눌러|누를|버튼|숫자판|키패드")


def numbered(keys: Iterable[tuple[str, str]]) -> str:
    """Of key and label: 배송 조회는 1번, 주문 취소는 2번."""
    return ", ".join(settle_particles(f"{label}(은/는) {key}번") for key, label in keys)


def tells_keys(text: str) -> bool:
    """Whether whoever hears this knows that there are keys to press."""
    return _TELLS.search(text) is not None


def keypad_sentence(asked: Asked) -> tuple[str, str] | None:
    """The name of the sentence (``sentences.yaml``) that says how to key an answer, and the ``{메뉴}`` in it.

    None for what cannot be keyed.
    """
    match asked.settings:
        case settings.Digits() | settings.OrderNumber() | settings.Phone():
            return "keypad", ""
        case settings.YesNo():
            return "keypad_yes_no", ""
        case settings.Date():
            return "keypad_date", ""
        case settings.Time():
            return "keypad_time", ""
        case settings.Choice(options=options) if len(options) <= MOST_OPTIONS:
            return "keypad_choice", numbered((str(place), name) for place, name in enumerate(options, start=1))
    return None
