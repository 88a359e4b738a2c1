"""A telephone at a front with one media process that a test leads; the telephones that call are those of a stage.

Signalling, front and telephone are real, in virtual time; there are no sockets, and calls have no sound.
"""

from __future__ import annotations

from sipmessage import URI

from aicc.service.front import Front
from aicc.service.live_calls import LiveCalls
from aicc.service.sip.dialling import Way
from aicc.service.sip.telephone import House, Telephone
from tests.aicc.service.fake_process import FakeProcess
from tests.fakes.sip import ANSWER, OURS, FarCall, Stage, sdp
from voicebot.doors.sip.hop import Hop
from voicebot.doors.sip.wire import UserAgentSettings
from voicebot.events import CallEnded, CallStarted, Event, HandoffRequested
from voicebot.link import Accepted, Done, HangUp, Offer, Refused, Reoffer
from voicebot.log import EventLog

OUR_OFFER = sdp(OURS[0], 20_002)
PROXY = Hop("udp", "203.0.113.40", 5060)
WAY = Way(URI.parse(f"sip:{PROXY.host}"), "15881234")


class TalkingProcess(FakeProcess):
    """Answers descriptions by ANSWER, and makes the offer OUR_OFFER; ``refuses`` are the next answers instead, by the
    kind of what was asked. Who is hung up is gone at once."""

    def __init__(self, name, news, slots):
        super().__init__(name, news, slots)
        self.refuses = {}
        self.offers = []
        self.endings = []
        self.answers_when = None  # an Event: offers are answered once it is set

    async def ask(self, command):
        if refused := self.refuses.get(type(command)):
            return refused.pop(0) if refused else await self._obey(command)
        return await self._obey(command)

    async def _obey(self, command):
        match command:
            case Offer():
                self.offers.append(command)
                if self.answers_when:
                    await self.answers_when.wait()
                answer = await super()._offer(command)
                if isinstance(answer, Accepted):
                    return Accepted(command.call_id, sdp=ANSWER if command.sdp else OUR_OFFER)
                return answer
            case Reoffer(call_id, described):
                self.asked.append(command)
                if call_id not in self.held:
                    return Refused("the call is over")
                return Accepted(call_id, sdp=ANSWER if described else OUR_OFFER)
            case HangUp(call_id, by, reason):
                if call_id not in self.held:
                    return Done(False)
                self.endings.append((by, reason))
                self.end_call(call_id)
                return Done(True)
        return await super().ask(command)


class Office:
    """``log(event)`` says what happens in the last call, as its media process does."""

    def __init__(self, house=None, slots=2, settings=None):
        self.stage = Stage(settings or UserAgentSettings(ring_s=60))
        self._arrive, self.stage.transports.arrive = self.stage.transports.arrive, self._arrive_on_the_loop
        loop = self.stage.loop
        live = LiveCalls(lambda call_id: [], [lambda logged: self.telephone.heard(logged)])
        self.front = Front(self._start, 1, live, self._end, _Nobody(), 90, self._left, self._leg_up, self._leg_lost)
        self.processes, self.logs, self._slots = [], {}, slots
        self._running = loop.create_task(self.front.run())
        loop.run_until_complete(self.front.started())
        self.telephone = Telephone(
            self.front,
            house or House(lambda called: f"scenario of {called}", self.stage._find, trusts=lambda host: True),
            lambda _: self.stage.agent,
        )
        self.stage.desk.when_invited = self.telephone.invited

    def close(self):
        for work in (self.telephone.close(), self.front.close()):
            self.run(work)
        self.stage.close()

    # ---- far sides

    def side(self, host="203.0.113.7"):
        return self.stage.side(Hop("udp", host, 5060))

    def call(self, **how):
        """A call that stands, from the telephone at 203.0.113.7."""
        call = self.side().invite(**how)
        call.response(200)
        call.ack("" if how.get("offer", True) else sdp())
        self.stage.settle()
        return call

    def place(self, number="01012345678"):
        """Their INVITE at the proxy, where a call of ours rings."""
        proxy = self.stage.side(PROXY)
        call_id = self.run(self.telephone.place(number, "해피콜", {"이름": "김누리"}))
        self.stage.settle()
        return call_id, proxy, proxy.request("INVITE")

    def picked_up(self):
        """A call of ours that stands."""
        call_id, proxy, invite = self.place()
        answered = proxy.answer(invite, 200, sdp())
        proxy.request("ACK")
        self.stage.settle()
        return call_id, proxy, FarCall.of(proxy, invite, answered)

    # ---- the inside

    @property
    def process(self):
        return self.processes[-1]

    @property
    def asked(self):
        """What the process was asked for of the last call behind its offer, without the call's id."""
        return [
            (type(command).__name__, getattr(command, "sdp", getattr(command, "keys", None)))
            for command in self.process.asked
        ]

    def log(self, event: Event, call_id=None):
        call_id = call_id or self.process.offered[-1]
        if call_id not in self.logs:
            self.logs[call_id] = EventLog(call_id, self.stage.clock.now_ms)
            self.log(CallStarted("in", "sip", "", "", "s"), call_id)
        self._soon(self.front.events, [self.logs[call_id].append(event)])

    def hands_over(self, skill):
        """The bot does, and its call is over."""
        self.log(HandoffRequested("asked", skill, "결제 문의"))
        self.log(CallEnded("bot", "handoff", 1_000))

    def goes(self):
        """The last call has ended in its process."""
        self._soon(self.process.end_call, self.process.offered[-1])

    def dies(self):
        self._soon(self.process.die)

    def drains(self):
        self.stage.loop.create_task(self.front.drain(600))
        self.stage.settle()

    def run(self, work):
        task = self.stage.loop.create_task(work)
        for _ in range(200):
            self.stage.settle()
            if task.done():
                return task.result()
            self.stage.pass_s(0.05)
        raise AssertionError("it takes more than 10 s")

    @property
    def is_idle(self):
        """Nothing is left of any call."""
        self.stage.pass_s(100, 500)
        status = self.telephone.status()
        assert (status["lines"], status["legs"], status["transactions"]) == (0, 0, 0), status
        assert not self.telephone._tasks
        return not any(process.calls or process.held for process in self.front.processes)

    def _soon(self, do, *arguments):
        self.stage.loop.call_soon(do, *arguments)
        self.stage.settle()

    def _arrive_on_the_loop(self, data, source):
        self.stage.loop.call_soon(self._arrive, data, source)

    async def _start(self, name, news):
        self.processes.append(TalkingProcess(name, news, self._slots))
        return self.process

    def _left(self, call_id):
        self.telephone.left(call_id)

    def _leg_up(self, call_id, leg):
        pass

    def _leg_lost(self, call_id, leg, reason):
        pass

    async def _end(self, call_id):
        pass


class _Nobody:
    def status(self, process, told):
        pass

    def process_gone(self, process, is_restarted):
        pass
