"""All legs beside the callers': made, given their parts and hung up for the desk, which hears what becomes of them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, Protocol

from aicc.service.desk.browser_leg import BrowserLeg
from aicc.service.desk.leg import Ask, DeskLeg, NoLeg, Stage
from aicc.service.desk.telephone_leg import TelephoneLeg
from aicc.service.sip.telephone import Telephone
from voicebot.link import Part

log = logging.getLogger(__name__)

MOST_LEGS = 8  # of one call: who talks, who is consulted, who listens, and those who ring meanwhile
NO_TELEPHONE = "this service has no telephone: write sip.listen into aicc.yaml"


class LegNews(Protocol):
    """Who is told of legs, on the loop and without waiting.

    The last word on a leg is ``refused`` or ``lost``, said once; it is not said of a leg that the desk itself has
    dropped, nor of those whose call is over.
    """

    def up(self, call_id: str, leg: str) -> None:
        """Its far side hears and is heard, as far as its part has it so."""

    def answered(self, call_id: str, leg: str) -> None:
        """A telephone was picked up: give it a part."""

    def refused(self, call_id: str, leg: str, reason: str) -> None:
        """A telephone that rang was not picked up, or to no use.

        Reasons: busy, no_answer, refused, no_such_number, unreachable; seldom no_description (no codec in common), gone
        (the call has no such leg any more), hung_up (as soon as it was picked up), and those of ``lost``.
        """

    def lost(self, call_id: str, leg: str, reason: str) -> None:
        """Its far side is there no more: hung_up, expired, gone, or what the call's process says."""


class Legs:
    """One for the service; made and used on the front's loop.

    ``ask`` is :meth:`aicc.service.front.Front.ask`; ``telephone`` is the open one, None where there is none. A call has
    ``MOST_LEGS`` at once, one more is :class:`NoLeg`; a name is a leg's alone for as long as the call goes on.
    """

    def __init__(self, ask: Ask, telephone: Callable[[], Telephone | None], news: LegNews) -> None:
        self._ask = ask
        self._telephone = telephone
        self._news = news
        self._calls: dict[str, dict[str, DeskLeg]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def count(self) -> int:
        return sum(len(legs) for legs in self._calls.values())

    # ---- what the desk does

    async def browser(self, call_id: str, leg: str, sdp: str, host: str = "") -> str:
        """The answer to a browser's offer; ``host`` is the address of ours that it reaches. :class:`NoLeg`."""
        made = BrowserLeg(call_id, leg, self._ask)
        async with self._making(made):
            return await made.open(sdp, host)

    async def renegotiate(self, call_id: str, leg: str, sdp: str) -> str:
        """The answer to a browser's new offer, as after an ICE restart. :class:`NoLeg`."""
        return await self._known(call_id, leg).describe(sdp)

    async def ring(self, call_id: str, leg: str, to: str, caller_shown: str) -> None:
        """Calls ``to``, digits or a SIP address, for as long as it rings, until :meth:`drop`; the news tell the rest.

        Whether ``to`` may be called is asked before. ``caller_shown`` is whom it shows. :class:`NoLeg`.
        """
        telephone = self._telephone()
        if telephone is None:
            raise NoLeg(NO_TELEPHONE)
        made = TelephoneLeg(call_id, leg, self._ask, self._start, self)
        async with self._making(made):
            await made.ring(telephone, to, caller_shown)

    async def set_part(self, call_id: str, leg: str, part: Part) -> bool:
        """False where the leg is not there."""
        known = self._calls.get(call_id, {}).get(leg)
        return known is not None and await known.set_part(part)

    async def drop(self, call_id: str, leg: str) -> None:
        """Hangs up, or stops to ring; does nothing where the leg is not there. No news come of it."""
        known = self._calls.get(call_id, {}).get(leg)
        if known is not None:
            self._forget(known)
            known.hang_up()
            await asyncio.shield(self._start(known.remove()))

    # ---- what others say

    def up(self, call_id: str, leg: str) -> None:
        """The process does (:class:`voicebot.link.LegUp`)."""
        if leg in self._calls.get(call_id, {}):
            self._news.up(call_id, leg)

    def lost(self, call_id: str, leg: str, reason: str) -> None:
        """The process does (:class:`voicebot.link.LegLost`), and has the leg no more."""
        known = self._calls.get(call_id, {}).get(leg)
        if known is not None:
            stage = self._forget(known)
            known.hang_up()
            self._tell_end(known, stage, reason)

    def call_gone(self, call_id: str) -> None:
        """The call is over, or its process is dead; of its legs nothing more is told."""
        for known in list(self._calls.get(call_id, {}).values()):
            self._forget(known)
            known.hang_up()

    def answered(self, leg: TelephoneLeg) -> None:
        leg.stage = "up"
        self._news.answered(leg.call_id, leg.name)

    def ended(self, leg: TelephoneLeg, reason: str) -> None:
        """Its telephone says so."""
        stage = self._forget(leg)
        if stage != "over":
            self._start(leg.remove())
            self._tell_end(leg, stage, reason)

    async def close(self, limit_s: float = 2.0) -> None:
        """Hangs up all, and waits for what is still being told."""
        for call_id in list(self._calls):
            self.call_gone(call_id)
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=limit_s)

    # ---- within

    @contextlib.asynccontextmanager
    async def _making(self, leg: DeskLeg) -> AsyncIterator[None]:
        """What goes wrong in the block leaves nothing of the leg."""
        legs = self._calls.setdefault(leg.call_id, {})
        if leg.name in legs:
            raise NoLeg(f'there is a leg "{leg.name}" already: give each leg of a call a name of its own')
        if len(legs) >= MOST_LEGS:
            raise NoLeg(f"{MOST_LEGS} legs are in this call already: hang one up first")
        legs[leg.name] = leg
        try:
            yield
        except BaseException:
            self._forget(leg)
            leg.hang_up()
            self._start(leg.remove())  # a process that did not answer may have it none the less
            raise

    def _known(self, call_id: str, leg: str) -> DeskLeg:
        known = self._calls.get(call_id, {}).get(leg)
        if known is None:
            raise NoLeg("the leg is not there any more: connect anew")
        return known

    def _forget(self, leg: DeskLeg) -> Stage:
        """Where it stood; ``over`` says that it was forgotten before: whoever comes second has nothing to tell."""
        stage, leg.stage = leg.stage, "over"
        if stage != "over":
            legs = self._calls[leg.call_id]
            del legs[leg.name]
            if not legs:
                del self._calls[leg.call_id]
        return stage

    def _tell_end(self, leg: DeskLeg, stage: Stage, reason: str) -> None:
        if stage == "up":
            self._news.lost(leg.call_id, leg.name, reason)
        elif stage == "ringing":  # else whoever makes it hears
            self._news.refused(leg.call_id, leg.name, reason)

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a leg was hurt by a fault of ours", exc_info=error)
