"""``python -m tests.fakes.assist_process LINK``: an assist process whose helpers have no models.

To each final they say what they heard, and behind a call's end the note says how many events there were. A scenario
whose folder is called ``broken`` cannot be opened.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from aicc.service.assist_process import main
from aicc.service.process import Start
from assist.call_so_far import CallSoFar
from assist.helper import Sound
from assist.running import Services
from voicebot.events import CallEnded, Dtmf, Event, Logged, Suggested, TranscriptFinal, WrappedUp


class Echo:
    """Says each final, and each key in ``reply``; ``version`` is that of the company's folder."""

    def __init__(self, version: str, call: CallSoFar) -> None:
        self._version, self._call = version, call
        self._numbers: list[int] = []

    def heard(self, logged: Logged) -> Sequence[Event]:
        assert self._numbers == sorted(self._numbers) and logged.seq not in self._numbers
        self._numbers.append(logged.seq)
        match logged.event:
            case TranscriptFinal(written=text) | Dtmf(text):
                return [Suggested(logged.seq, (), 0, reply=text, questions=(self._version,))]
        return []

    def tick(self, at_ms: int) -> Sequence[Event]:
        return []


class Note:
    """Says which of the call's events were heard, those of helpers apart."""

    def __init__(self, call: CallSoFar) -> None:
        self._numbers: list[int] = []

    def heard(self, logged: Logged) -> Sequence[Event]:
        if not hasattr(logged.event, "cause"):
            self._numbers.append(logged.seq)
        return [WrappedUp({"heard": self._numbers}, "", "", 0.0)] if isinstance(logged.event, CallEnded) else []

    def tick(self, at_ms: int) -> Sequence[Event]:
        return []


def open_fake_services(start: Start) -> Mapping[str, Services]:
    """Of every scenario by its key, and of the sample company by its name."""
    if any(folder.name == "broken" for folder in start.scenarios.values()):
        raise ValueError("the rules are broken")

    def opened(version: str) -> Services:
        def echo(call: CallSoFar, sound: Sound | None) -> Echo:
            return Echo(version, call)

        def note(call: CallSoFar, sound: Sound | None) -> Note:
            return Note(call)

        return {"echo": echo, "wrapup": note}

    named = {key: opened(folder.name) for key, folder in start.scenarios.items()}
    return named | {"누리홈쇼핑": opened("nuri")}


if __name__ == "__main__":
    sys.exit(main(open_fake_services))
