"""How long a caller waits for the answer to a turn, and where that time goes."""

from __future__ import annotations

from collections.abc import Callable

from voicebot.events import Event, Latency
from voicebot.listening import Turn


class Answering:
    """One call's; times are the log's. ``ended_ms`` is when the caller's last turn was over."""

    def __init__(self, record: Callable[[Event], None]) -> None:
        self.ended_ms = 0
        self._record = record
        self._turn: Turn | None = None  # whose answer has not been heard yet
        self._chosen_ms: int | None = None  # when the first text of the answer was given to the voice

    def begin(self, turn: Turn) -> None:
        """The conversation has a turn to answer."""
        self._turn, self._chosen_ms = turn, None
        self.ended_ms = turn.ended_ms

    def chosen(self, now_ms: int) -> None:
        """It says something."""
        if self._turn is not None and self._chosen_ms is None:
            self._chosen_ms = now_ms

    def forget(self) -> None:
        """How long the answer takes is no matter of the bot's any more: nobody hears it."""
        self._turn = None

    def first_sound(self, number: int, newest: int, now_ms: int) -> int:
        """A sentence's first sample leaves: how long the caller has waited for it, in ms since the turn was over.

        The first one that answers the ``newest`` turn is told to the log.
        """
        turn, chosen_ms = self._turn, self._chosen_ms
        if number == newest and turn is not None and chosen_ms is not None:
            self._turn = None
            self._record(
                Latency(
                    number,
                    turn.ended_ms - turn.last_voice_ms,
                    turn.final_ms - turn.ended_ms,
                    chosen_ms - turn.final_ms,
                    now_ms - chosen_ms,
                    now_ms - turn.last_voice_ms,
                )
            )
        return now_ms - self.ended_ms
