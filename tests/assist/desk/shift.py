"""A desk with people at it, in virtual time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TypeVar

from assist.desk import Desk, DeskRules, Effect, Person, Ticket

NINE = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
"""In the morning, in Seoul."""

Told = TypeVar("Told")


def person(name: str, *skills: str, phone: str = "", chats: int = 3, is_supervisor: bool = False) -> Person:
    return Person(name, f"{name} 상담사", frozenset(skills or ("일반",)), phone, chats, is_supervisor)


class Shift:
    """Who is named at the beginning has an open panel and is ready, one second after the other."""

    def __init__(self, *people: Person, rules: DeskRules | None = None) -> None:
        self.desk = Desk(rules)
        self.now_s = 0.0
        self.told: list[Effect] = []
        self.people = list(people)
        self.do(self.desk.people_known(people, self.now_s))
        for one in people:
            self.arrives(one.name)
            self.now_s += 1

    def arrives(self, name: str) -> None:
        self.do(self.desk.connected(name, True, self.now_s))
        self.do(self.desk.set_state(name, "ready", self.now_s))

    def do(self, effects: list[Effect]) -> list[Effect]:
        self.told += effects
        return effects

    @property
    def now(self) -> datetime:
        return NINE + timedelta(seconds=self.now_s)

    def tick(self) -> list[Effect]:
        return self.do(self.desk.tick(self.now_s, self.now))

    def pass_s(self, seconds: int) -> list[Effect]:
        """A tick each second; what was told meanwhile."""
        told: list[Effect] = []
        for _ in range(seconds):
            self.now_s += 1
            told += self.tick()
        return told

    def calls(
        self,
        call_id: str,
        skill: str = "일반",
        *,
        priority: int = 0,
        is_chat: bool = False,
        customer: str = "01012345678",
        sticky: str | None = None,
        to: str | None = None,
        given_by: str = "",
        queued_s: float | None = None,
    ) -> list[Effect]:
        since_s = self.now_s if queued_s is None else queued_s
        ticket = Ticket(call_id, skill, since_s, priority, is_chat, customer, sticky, to, given_by)
        return self.do(self.desk.queue(ticket, self.now_s))

    def accepts(self, name: str, call_id: str) -> bool:
        won = self.desk.accept(name, call_id, self.now_s)
        self.tick()
        return won

    def talks(self, name: str, call_id: str, **ticket: object) -> None:
        """Somebody is in a call, however it came to them."""
        assert self.desk.join(name, call_id, self.now_s, **ticket)  # type: ignore[arg-type]
        self.tick()

    def chats(self, name: str, *call_ids: str) -> None:
        for call_id in call_ids:
            self.calls(call_id, is_chat=True)
            assert self.accepts(name, call_id)

    def refuses(self, name: str, call_id: str) -> list[Effect]:
        return self.do(self.desk.refuse(name, call_id, "refused", self.now_s))

    def done(self, name: str, call_id: str) -> list[Effect]:
        return self.do(self.desk.done(name, call_id, self.now_s))

    def ready(self, name: str) -> list[Effect]:
        return self.do(self.desk.set_state(name, "ready", self.now_s))

    def away(self, name: str) -> list[Effect]:
        return self.do(self.desk.set_state(name, "away", self.now_s))

    def rings_at(self, call_id: str) -> str:
        """At whose place; "" for nobody's."""
        return next((one.offered_to for one in self.desk.snapshot(self.now_s).waiting if one.call_id == call_id), "")

    def waits(self, call_id: str) -> bool:
        return any(one.call_id == call_id for one in self.desk.snapshot(self.now_s).waiting)

    def state(self, name: str) -> str:
        return next(one.state for one in self.desk.snapshot(self.now_s).agents if one.name == name)


def only(kind: type[Told], effects: list[Effect]) -> list[Told]:
    return [effect for effect in effects if isinstance(effect, kind)]
