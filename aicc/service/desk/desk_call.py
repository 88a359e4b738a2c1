"""One call as the desk knows it: who is in it, where it stands, and what the people there are shown of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from voicebot.events import AlertRaised, CallStarted, HandoffRequested, Logged
from voicebot.link import Part
from voicebot.store.rows import started_at_of

Phase: TypeAlias = Literal["bot", "waiting", "talking", "held", "consulting"]
Rang: TypeAlias = Literal["panel", "sip"]


@dataclass(slots=True)
class Seat:
    """Somebody's way into a call. ``is_up``: their sound has found its way; a telephone's has once it is picked up."""

    name: str
    leg: str
    how: Rang
    part: Part = "away"
    is_up: bool = False


@dataclass(slots=True)
class DeskCall:
    """``agent`` is who has the caller; ``consulted`` whom that one asks meanwhile; ``supervisors`` are there unheard.

    ``rings`` is at whom it rings, until ``rings_until_s``; ``granted`` to whom the call belongs before they have taken
    it: they are called back. ``asked_s`` is when it last rang at whom. ``skill``, ``priority`` and
    ``sticky`` are those of the ticket. ``is_over`` stays so, whatever was under way when the caller left.

    ``seats`` are by person: one each. Numbers of legs are never used again in a call.
    """

    call_id: str
    started: CallStarted
    phase: Phase = "bot"
    is_over: bool = False
    skill: str = ""
    priority: int = 0
    sticky: str | None = None
    agent: str = ""
    consulted: str = ""
    supervisors: dict[str, str] = field(default_factory=dict)
    seats: dict[str, Seat] = field(default_factory=dict)
    handoff: HandoffRequested | None = None
    queued_s: float | None = None
    rings: str = ""
    rings_until_s: float = 0.0
    granted: str = ""
    asked_s: dict[str, float] = field(default_factory=dict)
    alerts: int = 0
    _legs: int = 0

    @property
    def is_chat(self) -> bool:
        return self.started.door == "chat"

    @property
    def number(self) -> str:
        """The customer's: whoever called, or whom we called."""
        return self.started.caller if self.started.direction == "in" else self.started.callee

    @property
    def people(self) -> set[str]:
        """All who are in it, heard by the caller or not."""
        return {name for name in (self.agent, self.consulted, *self.supervisors) if name}

    def new_leg(self, name: str) -> str:
        self._legs += 1
        return f"{name}.{self._legs}"

    def seat_of_leg(self, leg: str) -> Seat | None:
        return next((seat for seat in self.seats.values() if seat.leg == leg), None)

    def note(self, logged: Logged) -> None:
        """What the wall shows of what happened."""
        match logged.event:
            case AlertRaised():
                self.alerts += 1
            case HandoffRequested() as handoff:
                self.handoff, self.skill = handoff, handoff.skill

    def shown(self, title: str) -> dict[str, Any]:
        """A row of the wall; ``title`` is the queue's."""
        phase = "ringing" if self.phase == "waiting" and self.rings else self.phase
        return {
            "call_id": self.call_id,
            "caller": self.started.caller,
            "customer": self.number,
            "door": self.started.door,
            "direction": self.started.direction,
            "skill": self.skill,
            "title": title,
            "phase": phase,
            "agent": self.agent or self.rings,
            "consulted": self.consulted,
            "supervisors": self.supervisors,
            "began_at": started_at_of(self.call_id).isoformat(),
            "alerts": self.alerts,
        }
