"""How things stand at the desk, put together once for all who are shown it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

from aicc.service.desk.desk_call import DeskCall
from assist.desk.snapshot import Snapshot
from voicebot.store.people import Person


def agents_shown(snapshot: Snapshot, people: Mapping[str, Person]) -> list[dict[str, Any]]:
    """All who work at the desk."""
    return [
        {
            "name": agent.name,
            "shown_name": agent.shown,
            "role": people[agent.name].role if agent.name in people else "agent",
            "skills": sorted(agent.skills),
            "state": agent.state,
            "since_s": round(agent.for_s),
            "call_id": agent.calls[0] if agent.calls else None,
            "calls": agent.calls,
            "is_connected": agent.is_connected,
        }
        for agent in snapshot.agents
    ]


def queues_shown(snapshot: Snapshot, title: Callable[[str], str]) -> list[dict[str, Any]]:
    return [
        {
            "skill": queue.skill,
            "title": title(queue.skill),
            "waiting": queue.waiting,
            "longest_wait_s": round(queue.longest_wait_s),
            "expected_wait_s": queue.expected_wait_s,
            "service_level": queue.service_level,
            "answered": queue.answered,
            "lost": queue.lost,
            "ready": queue.ready,
            "at_work": queue.at_work,
        }
        for queue in snapshot.queues
    ]


class Standing:
    """At one moment. What is the same for everybody is written down once: with 200 panels each its own would hold up
    the loop for a third of a second."""

    def __init__(
        self,
        snapshot: Snapshot,
        people: Mapping[str, Person],
        calls: Iterable[DeskCall],
        title: Callable[[str], str],
    ) -> None:
        agents = agents_shown(snapshot, people)
        self._agents = orjson.Fragment(orjson.dumps(agents))
        self._queues = orjson.Fragment(orjson.dumps(queues_shown(snapshot, title)))
        self._by_name = {agent["name"]: agent for agent in agents}
        self._wraps = {agent.name: agent.wraps for agent in snapshot.agents}
        self._calls: list[dict[str, Any]] = []
        self._own: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for call in calls:
            if not call.is_over:
                self._calls.append(shown := call.shown(title(call.skill)))
                for name in call.people:
                    self._own[name].append(shown)

    def shown_to(self, name: str, *, sees_all: bool) -> dict[str, Any]:
        """The message ``desk``, for :func:`orjson.dumps`."""
        return {
            "type": "desk",
            "me": self._by_name.get(name, {"state": "away", "since_s": 0}),
            "wraps": self._wraps.get(name) or None,
            "agents": self._agents,
            "queues": self._queues,
            "calls": self._calls if sees_all else self._own.get(name, []),
        }
