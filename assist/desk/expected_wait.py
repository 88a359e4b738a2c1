"""How long who waits will have to: from how long calls keep agents busy, and how many of them there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from assist.desk.people import Agent, Talk
from assist.desk.tickets import Line

PRIOR_CALLS = 5  # as many as the rules' guess counts for
NEWEST_CALLS = 30  # about as many as the moving average looks back on


class HandlingTimes:
    """Moving averages of seconds from accepting a call to being done with its note, by skill, chats apart."""

    def __init__(self, guess_s: float) -> None:
        self._guess_s = guess_s
        self._average_s: dict[tuple[str, bool], float] = {}
        self._count: Counter[tuple[str, bool]] = Counter()

    def handled(self, talk: Talk, now_s: float) -> None:
        queue = (talk.skill, talk.is_chat)
        self._count[queue] += 1
        weight = 1 / min(self._count[queue] + PRIOR_CALLS, NEWEST_CALLS)
        average_s = self.average_s(*queue)
        self._average_s[queue] = average_s + weight * (now_s - talk.since_s - average_s)

    def average_s(self, skill: str, is_chat: bool) -> float:
        return self._average_s.get((skill, is_chat), self._guess_s)


class ExpectedWaits:
    """At one moment, of everybody in the line.

    While all of n agents are busy for h seconds a call, one comes free every h / n seconds: who is k-th waits k times
    that (the queue M/M/n, Erlang 1917). An agent with several skills counts for each queue that has somebody waiting in
    it by their share. Where everybody is on a break, one is taken to come back.
    """

    def __init__(self, staff: Iterable[Agent], line: Line, handling: HandlingTimes, longest_s: float) -> None:
        self._at_work = [agent.person for agent in staff if agent.is_known and agent.state != "away"]
        self._waited_for = {waiting.ticket.queue for waiting in line if waiting.ticket.to is None}
        self._handling, self._longest_s = handling, longest_s
        self._pace_s: dict[tuple[str, bool], float] = {}

    def wait_s(self, skill: str, is_chat: bool, position: int) -> int:
        """Of who stands at ``position``, from 1, in whole seconds."""
        queue = (skill, is_chat)
        if queue not in self._pace_s:
            self._pace_s[queue] = self._handling.average_s(*queue) / (self._servers(*queue) or 1.0)
        return round(min(position * self._pace_s[queue], self._longest_s))

    def _servers(self, skill: str, is_chat: bool) -> float:
        queues = self._waited_for | {(skill, is_chat)}
        servers = 0.0
        for person in self._at_work:
            if person.serves(skill, is_chat=is_chat):
                shared_by = sum(person.serves(other, is_chat=chats) for other, chats in queues)
                servers += (person.chats if is_chat else 1) / shared_by
        return servers
