"""Whom a call is offered to: one person at a time, and one call at a time to a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assist.desk.people import Agent
from assist.desk.tickets import Waiting


@dataclass(frozen=True, slots=True)
class Ringing:
    name: str
    call_id: str
    until_s: float


class Offers:
    """What rings where."""

    def __init__(self) -> None:
        self._by_call: dict[str, Ringing] = {}
        self._by_name: dict[str, Ringing] = {}

    def __iter__(self) -> Iterator[Ringing]:
        """A copy: who walks along it may take out."""
        return iter(list(self._by_call.values()))

    def of_call(self, call_id: str) -> Ringing | None:
        return self._by_call.get(call_id)

    def at(self, name: str) -> Ringing | None:
        return self._by_name.get(name)

    def add(self, ringing: Ringing) -> None:
        self._by_call[ringing.call_id] = self._by_name[ringing.name] = ringing

    def remove(self, ringing: Ringing) -> None:
        del self._by_call[ringing.call_id], self._by_name[ringing.name]


def longest_idle_first(agents: Iterable[Agent]) -> list[Agent]:
    """Who holds the fewest chats, of those who has waited longest."""
    return sorted(agents, key=lambda agent: (len(agent.talks), agent.free_s, agent.person.name))


def choose(waiting: Waiting, free: list[Agent], sticky: Agent | None, now_s: float, sticky_s: float) -> Agent | None:
    """Of those who are free, in their order: the first who can. None also while the one who knows the caller is about
    to come free.

    ``free`` are :func:`longest_idle_first`; ``sticky`` is who last talked to the caller, and has ``sticky_s`` seconds.
    """
    ticket = waiting.ticket

    def can(agent: Agent) -> bool:
        is_theirs = agent.person.serves(ticket.skill, is_chat=ticket.is_chat) and ticket.call_id not in agent.talks
        return is_theirs and waiting.may_go_to(agent.person.name, now_s)

    until_s = ticket.queued_s + sticky_s
    if sticky and now_s < until_s and can(sticky):
        if sticky in free and sticky.is_free(is_chat=ticket.is_chat):
            return sticky
        if _comes_free(sticky, ticket.is_chat, until_s):
            return None
    return next((agent for agent in free if agent.is_free(is_chat=ticket.is_chat) and can(agent)), None)


def _comes_free(agent: Agent, is_chat: bool, until_s: float) -> bool:
    """Whether their time to write is over by then; how long somebody still talks, nobody knows."""
    is_writing = agent.state == "wrapping" and agent.then == "ready" and agent.wraps_until_s <= until_s
    return is_writing and agent.is_reachable(is_chat=is_chat)
