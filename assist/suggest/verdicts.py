"""What became of suggestions: how often each entry was shown in some calls, and what agents made of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from voicebot.events import Logged, Suggested, SuggestionUsed


@dataclass(frozen=True, slots=True)
class Verdicts:
    """``shown`` counts turns, however often the list changed in one; ``unread`` were shown and left alone."""

    shown: int = 0
    used: int = 0
    useless: int = 0
    wrong: int = 0

    @property
    def unread(self) -> int:
        return max(0, self.shown - self.used - self.useless - self.wrong)

    def as_json(self) -> dict[str, int]:
        return {"shown": self.shown, "used": self.used, "useless": self.useless, "wrong": self.wrong}


def verdicts(calls: Iterable[Iterable[Logged]]) -> dict[str, Verdicts]:
    """By document, the most often shown first.

    The last verdict on an entry of one turn counts. One on what was not shown there is of another log, and is left out.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for call in calls:
        turns: dict[int, int] = {}  # by the number of the event
        shown: set[tuple[int, str]] = set()
        said: dict[tuple[int, str], str] = {}
        for logged in call:
            match logged.event:
                case Suggested(turn, items):
                    turns[logged.seq] = turn
                    shown |= {(turn, str(item.get("document"))) for item in items}
                case SuggestionUsed(suggestion, document, verdict) if (turns.get(suggestion), document) in shown:
                    said[turns[suggestion], document] = verdict
        counts.update((document, "shown") for _, document in shown)
        counts.update((document, verdict) for (_, document), verdict in said.items())
    documents = sorted({document for document, _ in counts}, key=lambda name: (-counts[name, "shown"], name))
    return {
        name: Verdicts(*(counts[name, what] for what in ("shown", "used", "useless", "wrong"))) for name in documents
    }
