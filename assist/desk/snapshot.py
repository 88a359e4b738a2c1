"""How things stand at the desk, for the supervisor's wall and everybody's panel."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assist.desk.expected_wait import ExpectedWaits, HandlingTimes
from assist.desk.offers import Offers
from assist.desk.people import Agent, State
from assist.desk.service_level import Today
from assist.desk.tickets import Line


@dataclass(frozen=True, slots=True)
class AgentNow:
    """``for_s`` is for how long they are in that state. ``offered`` is what rings there, ``wraps`` what they write
    about, ``callback`` what is dialled for them; "" for none.
    """

    name: str
    shown: str
    skills: frozenset[str]
    is_supervisor: bool
    state: State
    for_s: float
    is_connected: bool
    calls: tuple[str, ...]
    offered: str
    wraps: str
    callback: str


@dataclass(frozen=True, slots=True)
class QueueNow:
    """``waiting`` are all, ``chats`` of them by text. ``expected_wait_s`` is that of the next caller by voice,
    ``handling_s`` how long a call keeps an agent busy. ``service_level``, 0 to 1, is None before today's first call.
    """

    skill: str
    waiting: int
    chats: int
    longest_wait_s: float
    expected_wait_s: int
    handling_s: float
    service_level: float | None
    answered: int
    lost: int
    ready: int
    at_work: int


@dataclass(frozen=True, slots=True)
class WaitingNow:
    """``position`` is 0 and ``wait_s`` 0 for who waits for one person only; ``offered_to`` is where it rings."""

    call_id: str
    skill: str
    is_chat: bool
    priority: int
    waited_s: float
    position: int
    wait_s: int
    offered_to: str
    is_paused: bool


@dataclass(frozen=True, slots=True)
class Snapshot:
    agents: tuple[AgentNow, ...]
    queues: tuple[QueueNow, ...]
    waiting: tuple[WaitingNow, ...]
    callbacks: int


def agents_now(staff: Iterable[Agent], offers: Offers, now_s: float) -> tuple[AgentNow, ...]:
    """By name."""
    return tuple(
        AgentNow(
            name=agent.person.name,
            shown=agent.person.shown,
            skills=agent.person.skills,
            is_supervisor=agent.person.is_supervisor,
            state=agent.state,
            for_s=now_s - agent.since_s,
            is_connected=agent.connected_s is not None,
            calls=tuple(agent.talks),
            offered=ringing.call_id if (ringing := offers.at(agent.person.name)) else "",
            wraps=agent.wraps.call_id if agent.wraps else "",
            callback=agent.callback,
        )
        for agent in sorted(staff, key=lambda one: one.person.name)
    )


def waiting_now(line: Line, offers: Offers, waits: ExpectedWaits, now_s: float) -> tuple[WaitingNow, ...]:
    """In the order in which they are served."""
    positions = line.positions()
    return tuple(
        WaitingNow(
            call_id=ticket.call_id,
            skill=ticket.skill,
            is_chat=ticket.is_chat,
            priority=ticket.priority,
            waited_s=now_s - ticket.queued_s,
            position=(position := positions.get(ticket.call_id, 0)),
            wait_s=waits.wait_s(*ticket.queue, position),
            offered_to=ringing.name if (ringing := offers.of_call(ticket.call_id)) else "",
            is_paused=waiting.is_paused,
        )
        for waiting in line
        for ticket in (waiting.ticket,)
    )


def queues_now(
    staff: Iterable[Agent],
    waiting: Iterable[WaitingNow],
    waits: ExpectedWaits,
    handling: HandlingTimes,
    today: Today,
) -> tuple[QueueNow, ...]:
    """Of every skill that somebody has or waits for, by its name."""
    known = [agent for agent in staff if agent.is_known]
    in_line = [one for one in waiting if one.position]
    found = []
    for skill in sorted({skill for agent in known for skill in agent.person.skills} | {one.skill for one in in_line}):
        here = [one for one in in_line if one.skill == skill]
        chats = sum(one.is_chat for one in here)
        serving = [agent for agent in known if agent.person.serves(skill, is_chat=False)]
        ready = sum(agent.is_free(is_chat=False) for agent in serving)
        answers = today[skill]
        found.append(
            QueueNow(
                skill=skill,
                waiting=len(here),
                chats=chats,
                longest_wait_s=max((one.waited_s for one in here), default=0.0),
                expected_wait_s=0 if ready > len(here) else waits.wait_s(skill, False, len(here) - chats + 1),
                handling_s=handling.average_s(skill, False),
                service_level=answers.service_level,
                answered=answers.answered,
                lost=answers.lost,
                ready=ready,
                at_work=sum(agent.state != "away" for agent in serving),
            )
        )
    return tuple(found)
