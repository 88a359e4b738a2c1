"""Those who wait for a person, in the order in which they are served."""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Ticket:
    """A call that waits. ``priority``: the higher goes first. ``queued_s`` is since when it waits; one that comes back
    brings the old time, and so its old place.

    ``customer`` is the caller's number, empty where it is withheld. ``sticky`` is who last talked to it; ``to`` the one
    person whom the call is meant for (cold transfer, consultation); ``given_by`` who has just handed it on, and does
    not get it back at once.
    """

    call_id: str
    skill: str
    queued_s: float
    priority: int = 0
    is_chat: bool = False
    customer: str = ""
    sticky: str | None = None
    to: str | None = None
    given_by: str = ""

    @property
    def queue(self) -> tuple[str, bool]:
        """Who waits in the same line: the same skill, and chats apart from calls."""
        return self.skill, self.is_chat


@dataclass(slots=True, eq=False)
class Waiting:
    """A ticket in the line. ``announce_s`` is when the caller next hears where they stand.

    ``not_before_s`` is, by agent, when who did not want it may be asked again.
    """

    ticket: Ticket
    number: int
    announce_s: float
    was_announced: bool = False
    was_offered_callback: bool = False
    is_paused: bool = False
    not_before_s: dict[str, float] = field(default_factory=dict)

    @property
    def order(self) -> tuple[int, float, int]:
        return -self.ticket.priority, self.ticket.queued_s, self.number

    def may_go_to(self, name: str, now_s: float) -> bool:
        return now_s >= self.not_before_s.get(name, now_s)


class Line:
    """All who wait, first served first; who comes at the same time with the same priority stands behind.

    Its bound is the desk's to keep: :attr:`DeskRules.most_waiting`.
    """

    def __init__(self) -> None:
        self._waiting: list[Waiting] = []
        self._by_call: dict[str, Waiting] = {}
        self._numbered = 0

    def __iter__(self) -> Iterator[Waiting]:
        """A copy: who walks along it may take out."""
        return iter(self._waiting.copy())

    def __len__(self) -> int:
        return len(self._waiting)

    def get(self, call_id: str) -> Waiting | None:
        return self._by_call.get(call_id)

    def add(self, ticket: Ticket, now_s: float) -> Waiting:
        self._numbered += 1
        waiting = Waiting(ticket, self._numbered, announce_s=now_s)
        insort(self._waiting, waiting, key=lambda one: one.order)
        self._by_call[ticket.call_id] = waiting
        return waiting

    def remove(self, call_id: str) -> Waiting | None:
        waiting = self._by_call.pop(call_id, None)
        if waiting:
            self._waiting.remove(waiting)
        return waiting

    def positions(self) -> dict[str, int]:
        """By call, from 1 in each queue; without those who wait for one person only."""
        last: Counter[tuple[str, bool]] = Counter()
        found: dict[str, int] = {}
        for waiting in self._waiting:
            if waiting.ticket.to is None:
                last[waiting.ticket.queue] += 1
                found[waiting.ticket.call_id] = last[waiting.ticket.queue]
        return found
