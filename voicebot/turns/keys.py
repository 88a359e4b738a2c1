"""When a caller who answers by keys (DTMF) has finished: with #, at the full length, or after a pause."""

from __future__ import annotations

from collections.abc import Collection

KEYS_PAUSE_MS = 2500  # long enough to look at the next digits of a card
MOST_KEYS = 32  # a jammed key or a fax must not fill memory; what follows is dropped
KEYPAD = frozenset("0123456789*#")
MOST_WAITING = 64  # pressed at a door and not yet asked for


def with_pressed(waiting: str, pressed: str) -> str:
    """The keys that wait, with what of ``pressed`` is on a telephone behind them; what is too many is dropped."""
    return (waiting + "".join(key for key in pressed[:MOST_WAITING] if key in KEYPAD))[:MOST_WAITING]


class Keys:
    """The keys of one answer. ``*`` is kept like a digit; what it means is the slot's affair."""

    def __init__(self, pause_ms: int = KEYS_PAUSE_MS) -> None:
        self._pause_ms = pause_ms
        self._pressed = ""
        self._last_ms = 0

    @property
    def pressed(self) -> str:
        """All keys since the last ``take``, the # included."""
        return self._pressed

    def press(self, key: str, at_ms: int) -> None:
        """One of ``0123456789*#``, at the call's clock; behind a # nothing more belongs to the answer."""
        self._last_ms = at_ms
        if len(self._pressed) < MOST_KEYS and not self._pressed.endswith("#"):
            self._pressed += key

    def done(self, at_ms: int, lengths: Collection[int] = ()) -> bool:
        """Whether the answer is complete at ``at_ms``; ``lengths``: how many digits it may have, none for any number.

        The longest of them ends it at once; at a shorter one more may follow, and the pause decides.
        """
        if not self._pressed:
            return False
        digits = sum(key.isdecimal() for key in self._pressed)
        full = bool(lengths) and digits >= max(lengths)
        return self._pressed.endswith("#") or full or at_ms - self._last_ms >= self._pause_ms

    def take(self) -> str:
        """The keys, which are forgotten: the next one begins another answer."""
        pressed, self._pressed = self._pressed, ""
        return pressed
