"""The desk of the SIP user agent: calls that come in find their slot, and calls that the service wants go out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from sipmessage import URI

from aicc.service.front import BUSY, LEAVING, Front
from aicc.service.sip.dialling import Dialler, Way
from aicc.service.sip.dialling import NobodyToCall as NobodyToCall
from aicc.service.sip.line import Line
from aicc.service.sip.transfer import Transfer
from voicebot.doors.sip.callers import CallerInfo
from voicebot.doors.sip.hop import Hop
from voicebot.doors.sip.inbound import InboundLeg
from voicebot.doors.sip.leg import Leg
from voicebot.doors.sip.referring import Outcome, Referral
from voicebot.doors.sip.registration import Registration
from voicebot.doors.sip.user_agent import UserAgent
from voicebot.events import CallbackBooked, CallEnded, HandoffRequested, Logged
from voicebot.link import Done, Refused, SendKeys

log = logging.getLogger(__name__)

CALL_HEADER = (
    "X-AICC-Call"  # our id of the call: in a 200 for the log of whoever is in front, for a softphone that rings
)
RETRY_FULL_S = 5
RETRY_LEAVING_S = 60
MOST_RINGING = 200  # calls of ours that nobody has taken yet
DEFAULT_SKILL = "default"


@dataclass(frozen=True, slots=True)
class House:
    """The rules of a site. ``answering`` names the scenario for a called number; ``handoff`` is by skill.

    ``trusts`` says whether a far side at this address may have us call others; ``know`` is told where we call.
    """

    answering: Callable[[str], str]
    find: Callable[[URI], Awaitable[list[Hop]]]
    way: Way | None = None
    overflow: str | None = None
    when_full: int = 503
    handoff: Mapping[str, str] = field(default_factory=dict)
    trusts: Callable[[str], bool] = lambda host: False
    know: Callable[[str], None] = lambda host: None


class Telephone:
    """All lines of the service, by call. See :class:`voicebot.doors.sip.user_agent.Desk`."""

    def __init__(self, front: Front, house: House, agent: Callable[[Telephone], UserAgent]) -> None:
        """``agent`` makes the user agent, whose desk this is."""
        self._front = front
        self._house = house
        self._lines: dict[str, Line] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._placing = 0  # calls of ours that do not ring yet
        self._agent = agent(self)
        self.dialler = Dialler(self._agent, house.find, house.know, house.way)
        self.registrations: dict[str, Registration] = {}

    # ---- calls that come in

    @property
    def is_open(self) -> bool:
        """Whether calls are welcome; what proxies ask for by OPTIONS."""
        return not self._front.is_draining and any(not one.left.is_set() for one in self._front.processes)

    def invited(self, leg: InboundLeg) -> None:
        self._start(self._receive(leg))

    async def _receive(self, leg: InboundLeg) -> None:
        try:
            await (self._take(leg) if leg.replaces is None else self._replace(leg, leg.replaces))
        except Exception:
            leg.refuse(500)
            raise

    async def _take(self, leg: InboundLeg) -> None:
        caller = leg.caller
        answer = await self._front.offer(
            "sip",
            caller.number,
            caller.called,
            "in",
            self._house.answering(caller.called),
            _variables(caller),
            leg.offered_sdp,
            self._agent.transports.local(leg.source)[0],
        )
        if isinstance(answer, Refused):
            self._refuse(leg, answer)
        elif leg.is_over:  # given up meanwhile
            await self._front.hang_up(answer.call_id, "caller", "cancelled")
        else:
            self._line(answer.call_id).move_to(leg)
            leg.accept(answer.sdp, headers=[(CALL_HEADER, answer.call_id)])

    def _refuse(self, leg: InboundLeg, refused: Refused) -> None:
        house = self._house
        if refused.is_description:
            log.info("a call from %s is not taken: %s", leg.source.host, refused.reason)
            leg.refuse(488)
        elif refused.reason == BUSY and house.overflow:
            leg.refuse(302, headers=[("Contact", f"<{house.overflow}>")])
        elif refused.reason == BUSY:
            leg.refuse(house.when_full, headers=[("Retry-After", str(RETRY_FULL_S))])
        else:
            if refused.reason != LEAVING:
                log.warning("a call from %s is not taken: %s", leg.source.host, refused.reason)
            leg.refuse(503, headers=[("Retry-After", str(RETRY_LEAVING_S))])

    async def _replace(self, leg: InboundLeg, replaced: Leg) -> None:
        """Somebody takes the place of the far side: the call goes on with them (RFC 3891)."""
        line = next((line for line in self._lines.values() if line.leg is replaced), None)
        if line is None:
            leg.refuse(481)
            return
        try:
            sdp = await line.describe(leg.offered_sdp)
        except ValueError:
            leg.refuse(488)
            return
        if leg.is_over or replaced.is_over:
            leg.refuse(481)
            return
        line.move_to(leg)
        leg.accept(sdp)  # which hangs up the other one

    # ---- calls that go out

    async def place(self, number: str, scenario: str, variables: Mapping[str, str]) -> str:
        """Rings at ``number``; the id of the call, whose log begins when somebody picks up. :class:`NobodyToCall`."""
        legs = [line.leg for line in self._lines.values() if line.leg is not None]
        ringing = sum(leg.direction == "out" and not leg.is_up for leg in legs)
        if self._placing + ringing >= MOST_RINGING:
            raise NobodyToCall(f"{MOST_RINGING} calls of ours ring already: wait for some to be answered")
        self._placing += 1
        try:
            return await self._place(number, scenario, variables)
        finally:
            self._placing -= 1

    async def _place(self, number: str, scenario: str, variables: Mapping[str, str]) -> str:
        callee = await self.dialler.number(number)
        ours = callee.way.caller if callee.way else ""
        answer = await self._front.offer("sip", number, ours, "out", scenario, variables, host=callee.host)
        if isinstance(answer, Refused):
            raise NobodyToCall(f"there is no room for a call ({answer.reason}): try again later")
        line = self._line(answer.call_id)
        line.move_to(self.dialler.call(callee, answer.sdp, line.watcher))
        return answer.call_id

    def _line(self, call_id: str) -> Line:
        line = Line(call_id, lambda command: self._front.ask(call_id, command), self._start, self)
        self._lines[call_id] = line
        return line

    # ---- what others want of a call

    async def send_keys(self, call_id: str, keys: str) -> bool:
        """Presses keys towards the far side, in its sound or beside it; False where there is no such call."""
        line = self._lines.get(call_id)
        if line is None or line.leg is None or not line.leg.is_up:
            return False
        reply = await self._front.ask(call_id, SendKeys(call_id, keys))
        if isinstance(reply, Done) and reply.found:
            return True
        if line.leg.is_over:  # hung up meanwhile
            return False
        await line.leg.info_keys(keys)
        return True

    async def transfer(self, call_id: str, to: str) -> Outcome | None:
        """Asks the far side to call ``to``; once it has, the call here ends. None where there is no such call.

        ValueError where ``to`` is no SIP address, RuntimeError while another transfer is under way.
        """
        line = self._lines.get(call_id)
        if line is None or line.leg is None or not line.leg.is_up:
            return None
        outcome = await line.leg.refer(to)
        if outcome.is_reached:
            await self._front.hang_up(call_id, "service", "transferred")
        return outcome

    # ---- news

    def status(self) -> Mapping[str, object]:
        """For ``/health``."""
        return {
            "lines": len(self._lines),
            "legs": len(self._agent.legs),
            "transactions": self._agent.transactions.count,
            "registrations": {
                name: {"is_registered": state.is_registered, "why": state.why}
                for name, state in ((name, binding.state) for name, binding in self.registrations.items())
            },
        }

    def referred(self, line: Line, referral: Referral) -> None:
        leg, way = line.leg, self._house.way
        if leg is None or leg.source is None or not self._house.trusts(leg.source.host):
            referral.refuse(403)  # it would be us who pays for the call
            return
        is_ours = way is not None and referral.to.host == way.proxy.host
        credentials = way.credentials if way and is_ours else None
        self._start(Transfer(line, referral, self._agent, credentials).run())

    def ended(self, line: Line) -> None:
        self._lines.pop(line.call_id, None)

    def heard(self, logged: Logged) -> None:
        """Every event of every call."""
        line = self._lines.get(logged.call_id)
        if line is None:
            return
        match logged.event:
            case HandoffRequested(skill=skill):
                line.skill = skill or DEFAULT_SKILL
            case CallbackBooked():
                line.skill = ""  # somebody calls later: a person now would be one too many
            case CallEnded(by=by, reason=reason):
                # whoever wanted a person, or was promised one when the bot broke, is sent to one
                is_handoff = bool(line.skill) and (by, reason) in (("bot", "handoff"), ("service", "fault"))
                self._start(self._part(line, is_handoff=is_handoff))

    def left(self, call_id: str) -> None:
        """No process has the call any more."""
        if line := self._lines.get(call_id):
            self._start(self._part(line))

    async def _part(self, line: Line, *, is_handoff: bool = False) -> None:
        """The bot is through with the caller."""
        if self._lines.pop(line.call_id, None) is None or (leg := line.leg) is None:
            return
        to = self._house.handoff.get(line.skill) or self._house.handoff.get(DEFAULT_SKILL)
        try:
            if is_handoff and to and leg.is_up and not leg.is_over:
                outcome = await leg.refer(to)
                if outcome.is_reached:
                    log.info("call %s was handed over to %s", line.call_id, to)
                else:
                    why = f"{outcome.code} {outcome.phrase}".strip()
                    log.warning("call %s could not be handed over to %s: %s", line.call_id, to, why)
        finally:
            leg.bye()

    async def close(self, limit_s: float = 2.0) -> None:
        """Hangs up what is left, and waits for what is still being told."""
        for line in list(self._lines.values()):
            self._start(self._part(line))
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=limit_s)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a telephone call was hurt by a fault of ours", exc_info=error)


def _variables(caller: CallerInfo) -> dict[str, str]:
    """What a scenario may know of a telephone's call, beside the numbers; own headers go before."""
    known = {"caller_name": caller.name, "diverted_from": caller.diversion}
    return {name: value for name, value in known.items() if value} | dict(caller.variables)
