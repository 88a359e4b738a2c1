"""A media process in the test's own loop: it says nothing until the test does."""

from __future__ import annotations

import asyncio

from aicc.service.process import News, ProcessFailed
from voicebot.link import Accepted, CallCommand, Done, HangUp, LinkClosed, LinkError, Offer, Refused, Status


class FakeProcess:
    """``answers`` are what offers are answered with, in turn, then all are accepted; errors are raised.

    ``held`` are the calls it has, whatever the front believes.
    """

    def __init__(self, name: str, news: News, slots: int = 2) -> None:
        self.name, self.news, self.slots = name, news, slots
        self.calls: set[str] = set()
        self.status: Status | None = None
        self.left = asyncio.Event()
        self.has_died = False
        self.answers: list[Refused | LinkError] = []
        self.offered: list[str] = []
        self.hung_up: list[str] = []
        self.asked: list[CallCommand] = []
        self.held: set[str] = set()
        self.told_to_leave: float | None = None
        self._ended = asyncio.Event()

    async def ask(self, command):
        match command:
            case Offer():
                return await self._offer(command)
            case HangUp(call_id):
                return self._hang_up(call_id)
        self.asked.append(command)
        return Done(command.call_id in self.held)

    async def _offer(self, offer):
        self.offered.append(offer.call_id)
        await asyncio.sleep(0)
        answer = self.answers.pop(0) if self.answers else Accepted(offer.call_id, f"/run/{self.name}.sock")
        if isinstance(answer, LinkError):
            raise answer
        if isinstance(answer, Accepted):
            self.held.add(offer.call_id)
        return answer

    def _hang_up(self, call_id):
        if self._ended.is_set():
            raise LinkClosed
        self.hung_up.append(call_id)
        return Done(call_id in self.held)

    async def leave(self, seconds):
        self.told_to_leave = seconds
        self.left.set()
        if not self.calls:
            self._ended.set()

    async def close(self):
        for call_id in list(self.calls):
            self.end_call(call_id)
        self.left.set()
        self._ended.set()

    async def live(self):
        await self._ended.wait()
        self.left.set()

    def end_call(self, call_id):
        self.calls.discard(call_id)
        self.held.discard(call_id)
        self.news.gone(call_id)
        if self.told_to_leave is not None and not self.calls:
            self._ended.set()

    def die(self):
        self.has_died = True
        self._ended.set()


class Starter:
    """Starts fakes; ``failing`` of the next starts fail."""

    def __init__(self, slots: int = 2) -> None:
        self.processes: list[FakeProcess] = []
        self.failing = 0
        self.slots = slots
        self.starts = 0

    async def __call__(self, name, news):
        self.starts += 1
        if self.failing:
            self.failing -= 1
            raise ProcessFailed("no recognizer here")
        process = FakeProcess(name, news, self.slots)
        self.processes.append(process)
        return process
