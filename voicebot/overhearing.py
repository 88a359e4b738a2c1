"""When abusive words of a running transcript were said, soon enough to beep them in a line that is late."""

from __future__ import annotations

from voicebot.beeping import spans_of
from voicebot.events import TranscriptFinal, TranscriptPartial
from voicebot.text.abuse import find

LAG_MS = 500  # at most, between a word's begin and the partial that shows it, beside the time between two partials


class Overhearing:
    """Of one side; told its partials and finals in order, with the call's time of each.

    Partials tell no times: a word that one shows first was said since shortly before the one in front of it. What is
    beside the word and beeped along is the price for a word that nobody hears.
    """

    def __init__(self) -> None:
        self._turn = self._known = 0
        self._told_ms = 0

    def partial(self, at_ms: int, event: TranscriptPartial) -> list[tuple[int, int]]:
        """``(start_ms, end_ms)`` to beep; empty where no abusive word has come to those of the turn's last partial."""
        if event.turn != self._turn:
            self._turn, self._known = event.turn, 0
            self._told_ms = max(self._told_ms, at_ms - LAG_MS)
        begins_ms, self._told_ms = max(0, self._told_ms - LAG_MS), at_ms
        known, self._known = self._known, len(find(event.spoken))
        return [(begins_ms, at_ms)] if self._known > known else []

    def final(self, at_ms: int, event: TranscriptFinal) -> list[tuple[int, int]]:
        """Those of the whole final, by its words' own times; what was beeped by a partial may be among them."""
        self._told_ms = at_ms
        return spans_of(event.spoken, event.words, None, at_ms)
