"""Who works at the desk, what they are doing, and what they may be offered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

State: TypeAlias = Literal["away", "ready", "talking", "wrapping"]
"""이석, 대기, 통화, 후처리."""

Chosen: TypeAlias = Literal["away", "ready"]
"""The states that a person takes by choice."""


@dataclass(frozen=True, slots=True)
class Person:
    """``name`` is what they log in with, ``shown`` what others read. ``phone``, where there is one, rings for calls
    in place of the panel; ``chats`` is how many text chats they hold at once, 0: none.
    """

    name: str
    shown: str
    skills: frozenset[str]
    phone: str = ""
    chats: int = 3
    is_supervisor: bool = False

    def serves(self, skill: str, *, is_chat: bool) -> bool:
        """Whether such calls are theirs at all; a call without a skill is anybody's."""
        return (not skill or skill in self.skills) and not (is_chat and self.chats < 1)


@dataclass(frozen=True, slots=True)
class Talk:
    """A call that an agent is in, and since when."""

    call_id: str
    skill: str
    is_chat: bool
    since_s: float


@dataclass(slots=True, eq=False)
class Agent:
    """A person at work. Times are seconds on the desk's clock; ``free_s`` is since when they wait for a call.

    ``callback`` is one that is being dialled for them; ``wraps`` the call that they write about until
    ``wraps_until_s``, and ``then`` the state that follows. ``told`` is the state that others know of.
    """

    person: Person
    since_s: float
    state: State = "away"
    told: State = "away"
    is_known: bool = True
    connected_s: float | None = None
    lost_s: float | None = None
    free_s: float = 0.0
    then: Chosen = "away"
    talks: dict[str, Talk] = field(default_factory=dict)
    callback: str = ""
    wraps: Talk | None = None
    wraps_until_s: float = 0.0

    # ---- what they may be offered

    @property
    def is_speaking(self) -> bool:
        """By voice, or about to."""
        return bool(self.callback) or any(not talk.is_chat for talk in self.talks.values())

    def has_room_for(self, call_id: str, *, is_chat: bool) -> bool:
        """For one that they are not in already."""
        return call_id not in self.talks and self.has_room(is_chat=is_chat)

    def has_room(self, *, is_chat: bool) -> bool:
        """Voice one at a time and nothing beside it, chats several."""
        if not is_chat:
            return not self.talks and not self.callback
        return not self.is_speaking and len(self.talks) < self.person.chats

    def is_reachable(self, *, is_chat: bool) -> bool:
        return self.is_known and (self.connected_s is not None or (bool(self.person.phone) and not is_chat))

    def is_free(self, *, is_chat: bool) -> bool:
        """For whatever comes out of a queue."""
        is_at_work = self.state == "ready" or (is_chat and self.state == "talking" and self.then == "ready")
        return is_at_work and self.has_room(is_chat=is_chat) and self.is_reachable(is_chat=is_chat)

    def may_be_asked_for(self, *, is_chat: bool) -> bool:
        """By name, if there is room: somebody who writes may be, and a supervisor whose panel is open."""
        is_there = self.state != "away" or (self.person.is_supervisor and self.connected_s is not None)
        return is_there and self.is_reachable(is_chat=is_chat)

    def has_lost_panel(self, now_s: float, lost_s: float) -> bool:
        """For so long that they will hardly come back to it."""
        return self.lost_s is not None and now_s - self.lost_s >= lost_s

    def is_there(self, now_s: float, break_s: float) -> bool:
        """Whether those who wait may count on them: not signed out, and on no long break."""
        if not self.is_known:
            return False
        if self.state != "away":
            return True
        return self.connected_s is not None and now_s - max(self.since_s, self.connected_s) < break_s

    # ---- what they do

    def enter(self, state: State, now_s: float) -> None:
        if state != self.state:
            self.state, self.since_s = state, now_s
        if state == "ready":
            self.free_s = now_s
        if state != "wrapping":
            self.wraps = None

    def choose(self, state: Chosen, now_s: float) -> None:
        """Now, or behind the call where they are in one."""
        self.then = state
        if self.state not in ("talking", state):
            self.enter(state, now_s)

    def begin(self, talk: Talk) -> None:
        self.talks[talk.call_id] = talk
        self.free_s = talk.since_s
        self.enter("talking", talk.since_s)

    def end(self, call_id: str, now_s: float, wrapup_s: float) -> Talk | None:
        """The call is over for them; behind the last one they write. None where they were not in it."""
        talk = self.talks.pop(call_id, None)
        if talk and not self.talks:
            self.enter("wrapping", now_s)
            self.wraps, self.wraps_until_s = talk, now_s + wrapup_s
        return talk


class Staff:
    """All agents by name. Those who left the company stay until their call is over, and are offered nothing."""

    def __init__(self) -> None:
        self._agents: dict[str, Agent] = {}

    def __iter__(self) -> Iterator[Agent]:
        return iter(self._agents.values())

    def get(self, name: str | None) -> Agent | None:
        return self._agents.get(name or "")

    def know(self, people: Iterable[Person], now_s: float) -> None:
        known = {person.name: person for person in people}
        for name, agent in self._agents.items():
            agent.is_known = name in known
            agent.person = known.get(name, agent.person)
        for name, person in known.items():
            self._agents.setdefault(name, Agent(person, now_s))

    def forget_the_gone(self) -> None:
        gone = [name for name, agent in self._agents.items() if not (agent.is_known or agent.talks or agent.callback)]
        for name in gone:
            del self._agents[name]
