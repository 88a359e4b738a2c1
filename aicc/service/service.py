"""The running service as the API sees it: its calls, what can be done to them, and how it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from aicc.service.api.service import CallWanted, NoDoor, NoScenario, NotTransferred, Transferred
from aicc.service.calling import CallIn
from aicc.service.doors import Doors
from aicc.service.front import Front
from aicc.service.helping import Help
from aicc.service.live_calls import LiveCalls, LiveLog
from aicc.service.scenarios import Scenarios
from aicc.service.sip.telephone import NobodyToCall
from voicebot.events import Logged
from voicebot.link import Accepted, CallCommand, Refused, Reply
from voicebot.store import Store


class RunningService:
    """See :class:`aicc.service.api.service.Service`."""

    def __init__(
        self,
        front: Front,
        doors: Doors,
        calls: LiveCalls,
        scenarios: Scenarios,
        store: Store,
        folder: Path,
        recording_key: bytes | None = None,
        helping: Help | None = None,
    ) -> None:
        self.store, self.folder, self.recording_key = store, folder, recording_key
        self._front, self._doors, self._calls, self._scenarios = front, doors, calls, scenarios
        self._helping = helping

    def live(self) -> list[str]:
        return self._calls.live()

    def log(self, call_id: str) -> LiveLog | None:
        return self._calls.log(call_id)

    def follow_all(self) -> AsyncIterator[Logged]:
        return self._calls.follow_all()

    async def place(self, wanted: CallWanted) -> str:
        scenario = self._scenarios.find(wanted.scenario)
        if scenario is None:
            raise NoScenario(self._no_scenario(wanted.scenario))
        try:
            return await self._doors.place(wanted.number, scenario, wanted.variables)
        except NobodyToCall as error:
            raise NoDoor(str(error)) from None

    async def ask(self, call_id: str, command: CallCommand) -> Reply:
        """Has the call's process do it."""
        return await self._front.ask(call_id, command)

    async def hang_up(self, call_id: str) -> bool:
        return await self._front.hang_up(call_id)

    async def send_keys(self, call_id: str, keys: str) -> bool:
        return await self._doors.send_keys(call_id, keys)

    async def transfer(self, call_id: str, to: str) -> Transferred | None:
        try:
            outcome = await self._doors.transfer(call_id, to)
        except (ValueError, RuntimeError) as error:
            raise NotTransferred(str(error)) from None
        return None if outcome is None else Transferred(outcome.is_reached, outcome.code, outcome.phrase)

    async def take_in(self, wish: CallIn) -> Accepted | Refused:
        """A recorded caller's call."""
        scenario = self._scenarios.answering(wish.called)
        if wish.scenario is not None:
            found = self._scenarios.find(wish.scenario)
            if found is None:
                return Refused(self._no_scenario(wish.scenario))
            scenario = found
        return await self._front.offer("wav", wish.caller, wish.called, wish.direction, scenario, wish.variables)

    def is_ready(self) -> tuple[bool, list[str]]:
        """Where it is ready, what is said beside it is what should be mended all the same."""
        is_up = any(not process.left.is_set() for process in self._front.processes)
        helping = [self._helping.problem] if self._helping and self._helping.problem else []
        return is_up and not self.is_draining, [*self._front.problems, *self._scenarios.problems, *helping]

    @property
    def is_draining(self) -> bool:
        return self._front.is_draining

    def status(self) -> Mapping[str, object]:
        processes = self._front.processes
        return {
            "calls": len(self.live()),
            "slots": sum(process.slots for process in processes if not process.left.is_set()),
            "scenarios": self._scenarios.names,
            "problems": self.is_ready()[1],
            "telephone": self._doors.status(),
            "assist": self._helping.state if self._helping else "off",
            "processes": {
                process.name: {
                    "calls": len(process.calls),
                    "slots": process.slots,
                    "leaving": process.left.is_set(),
                    **(
                        {"loop_lag_p95_ms": told.loop_lag_p95_ms, "cores": told.cores}
                        if (told := process.status)
                        else {}
                    ),
                }
                for process in processes
            },
        }

    def _no_scenario(self, wanted: str) -> str:
        return f'no scenario "{wanted[:80]}" here: there are {", ".join(self._scenarios.names)}'
