"""A menu of the keypad: an option by its key, pressed or said, or by its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from voicebot.dialogue.slots.around import cores
from voicebot.dialogue.slots.choice import BY_NUMBER, Choice, Named
from voicebot.dialogue.slots.order import places

_ZERO = ("0", "0번", "영번", "공번", "빵번")


@dataclass(frozen=True, slots=True)
class KeyMenu(Choice):
    """As :class:`Choice`, but an option has the key that ``keys`` gives it ("0" to "9") and not that of its place."""

    keys: Mapping[str, str]

    def _pressed(self, keys: str) -> list[Named]:
        option = self.keys.get(keys.strip(" #*"))
        return [Named(0, len(keys), option, 1.0)] if option else []

    def _by_place(self, text: str) -> list[Named]:
        said = [(place.start, place.end, str(place.number)) for place in places(text, 0)]
        said = said or [(start, end, "0") for start, end in cores(text) if text[start:end] in _ZERO]
        return [Named(start, end, self.keys[key], BY_NUMBER) for start, end, key in said if key in self.keys]
