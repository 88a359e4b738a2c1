"""What the knowledge base knows one of: a question that customers have, and the company's answer to it."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, as its source gives it. ``id`` is unique in a knowledge base.

    ``examples`` are further ways to ask the same; callers' words differ from a company's. An entry is given as an
    answer from ``valid_from`` to ``valid_until``, both days included; ``source`` says where it came from,
    ``FILE:LINE``.
    """

    id: str
    question: str
    answer: str
    category: str = ""
    tags: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    source: str = field(default="", compare=False)

    def is_valid(self, today: date) -> bool:
        return (self.valid_from or today) <= today <= (self.valid_until or today)

    @property
    def digest(self) -> str:
        """Of everything but the source: the same entry in another line is still the same."""
        days = [day.isoformat() if day else None for day in (self.valid_from, self.valid_until)]
        content = [self.id, self.question, self.answer, self.category, self.tags, self.examples, days]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def faces(entry: Entry) -> list[str]:
    """What a caller's words are compared with: the question, then each example, then the answer."""
    return [entry.question, *entry.examples, entry.answer]
