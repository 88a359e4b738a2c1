"""The door of callers who speak from a web page."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Literal

import numpy as np

from voicebot.audio import FRAME_MS, Samples
from voicebot.doors.negotiable import NotAcceptable
from voicebot.doors.rtp.negotiation import Agreed
from voicebot.doors.rtp.reports import Reception
from voicebot.doors.rtp.sdp import Origin
from voicebot.doors.rtp.stream import RtpStream
from voicebot.doors.rtp.watch import Watch
from voicebot.doors.webrtc.description import BrowserOffer, read_offer, write_answer
from voicebot.doors.webrtc.dtls import Dtls
from voicebot.doors.webrtc.ice import Ice, Network, read_candidate
from voicebot.doors.webrtc.way import Way
from voicebot.events import LineMeasured

log = logging.getLogger(__name__)

RATE_HZ = 16_000
CONNECT_S = 15.0  # from our answer to the first packet
FIRST_PACKET_S = 1.0  # a browser whose microphone has no track is connected all the same
RETURN_S = 15.0  # a browser that is out of reach may offer anew for so long
MOST_OFFERS = 16  # of one call that wait for their answers: further ones are refused
MOST_COMPLAINTS = 8  # that nobody has taken: the oldest is dropped


class WebRtcDoor:
    """See ``NegotiableDoor``; made on the running loop. The browser always offers, this side always answers.

    An offer with other ICE credentials than before is a restart (the page has called ``restartIce()``, or made a new
    RTCPeerConnection): it is tried beside what there is and takes over when it is connected, while the call goes on.
    One such try at a time: a newer one replaces it. Datagrams become frames within the loop's callback, and frames
    datagrams within :meth:`send`: no task, thread or queue for any of them.
    """

    name: Literal["webrtc"] = "webrtc"
    rate_hz = RATE_HZ

    def __init__(self, network: Network | None = None, clock_ms: Callable[[], float] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._network = network or Network()
        self._clock_ms = clock_ms or (lambda: self._loop.time() * 1000)
        self._silence = np.zeros(RATE_HZ * FRAME_MS // 1000, np.int16)
        self._silence.flags.writeable = False
        self._stream: RtpStream | None = None
        self._agreed: Agreed | None = None
        self._session_id, self._version = str(secrets.randbits(62)), 0
        self._way: Way | None = None
        self._coming: Way | None = None
        self._answering, self._offers = asyncio.Lock(), 0
        self._connected: asyncio.Future[bool] = self._loop.create_future()
        self._is_closed = self._is_lost = False
        self._lost_at_s: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._heard_ms = 0.0  # or when it began to be waited for
        self._watch = Watch()
        self._complaints: deque[str] = deque(maxlen=MOST_COMPLAINTS)
        self._tasks: set[asyncio.Task[None]] = set()

    # ---- agreeing

    async def answer(self, sdp: str) -> str:
        """Ours, complete with candidates, within about 1.5 s. :class:`NotAcceptable`: what there was goes on."""
        offer = read_offer(sdp)
        if self._offers >= MOST_OFFERS:
            raise NotAcceptable(f"{MOST_OFFERS} offers of this call are waiting for their answers: wait for one")
        self._offers += 1
        try:
            async with self._answering:
                return await self._answer(offer)
        finally:
            self._offers -= 1

    async def offer(self) -> str:
        raise NotAcceptable("a browser offers and is answered: send its offer")

    async def take_answer(self, sdp: str) -> None:
        raise NotAcceptable("a browser offers and is answered: send its offer")

    def add_candidate(self, candidate: str) -> None:
        """One that the browser has found since its newest offer; what cannot be used is passed over."""
        way = self._coming or self._way
        if way is not None and (read := read_candidate(candidate)) is not None:
            way.ice.add([read])

    async def connected(self) -> bool:
        """Waits for media to flow; False when that has not come to pass within 15 s of the answer, or is over."""
        return await asyncio.shield(self._connected)

    # ---- frames

    def receive(self) -> Samples:
        if self._stream is None:
            return self._silence
        if self._way is not None and self._lost_at_s is None and not self._is_closed:
            self._look(self._stream, self._way)
        return self._stream.receive()

    def send(self, frame: Samples) -> None:
        if self._stream is None or self._is_closed:
            return
        packets, report = self._stream.send(frame), self._stream.report()
        if self._way is None:
            return
        for packet in packets:
            self._way.dtls.send_rtp(packet)
        if report is not None:
            self._way.dtls.send_rtcp(report)

    def take_keys(self) -> str:
        return self._stream.take_keys() if self._stream is not None else ""

    # ---- how it stands

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    @property
    def is_held(self) -> bool:
        return self._agreed is not None and self._agreed.is_held

    @property
    def is_lost(self) -> bool:
        """Whether the browser was out of reach for about 30 s (RFC 7675), and has not offered anew for another 15."""
        return self._is_lost

    def take_complaint(self) -> str | None:
        return self._complaints.popleft() if self._complaints else self._watch.take()

    @property
    def figures(self) -> Reception:
        return Reception() if self._stream is None else self._stream.figures

    def press(self, keys: str) -> bool:
        """Presses keys at the far side; False where it takes none in its sound."""
        if self._stream is None or self._agreed is None or self._agreed.event_payload_type is None:
            return False
        self._stream.press(keys)
        return True

    def measured(self) -> LineMeasured | None:
        return None if self._stream is None else self._stream.figures.measured

    def hang_up(self) -> None:
        if not self._is_closed and self._way is not None and self._stream is not None:
            self._way.dtls.send_rtcp(self._stream.bye())
        self._end()

    async def gone(self) -> None:
        """Waits until sockets are closed and TURN's allocations are given back, some seconds at most."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    # ---- ways

    async def _answer(self, offer: BrowserOffer) -> str:
        way = self._coming or self._way
        if way is None or way.ice.remote != offer.credentials:
            way = await self._try(offer)
        else:
            way.ice.add(offer.candidates)
        self._agree(offer.agreed)
        self._version += 1
        origin = Origin("-", self._session_id, str(self._version), "127.0.0.1")
        ice, dtls = way.ice, way.dtls
        return write_answer(offer, origin, ice.local, ice.local_candidates, dtls.fingerprint, dtls.is_client)

    async def _try(self, offer: BrowserOffer) -> Way:
        ice = Ice(self._network, offer.credentials, self._lost)
        try:
            await ice.gather_candidates()
            if self._is_closed:
                raise NotAcceptable("the call is over")
            if not ice.local_candidates:
                raise NotAcceptable("this side has no address to be reached at: see its log")
        except BaseException:
            self._run(ice.close())
            raise
        dtls = self._way.dtls if self._way is not None else None
        is_shared = dtls is not None and dtls.is_open and dtls.fingerprints == offer.fingerprints
        if dtls is None or not is_shared:
            dtls = Dtls(offer.fingerprints, offer.is_client, self._rtp, self._rtcp, self._left)
        ice.arrived = dtls.arrived
        ice.add(offer.candidates)
        if self._coming is not None:
            self._run(self._coming.close())
        way = self._coming = Way(ice, dtls, is_shared)
        way.opening = self._run(self._open(way))
        return way

    async def _open(self, way: Way) -> None:
        try:
            async with asyncio.timeout(CONNECT_S):
                await way.open()
        except Exception as error:
            log.info("a way to a browser has failed: %s", error or type(error).__name__)
            if self._coming is way:
                self._failed(way)
            return
        if self._coming is way:  # else a newer try has taken its place, and it is being closed
            self._take_over(way)

    def _take_over(self, way: Way) -> None:
        old, self._way, self._coming = self._way, way, None
        self._lost_at_s = None
        if self._timer is not None:
            self._timer.cancel()
        self._heard_ms = self._clock_ms()
        if old is not None:
            old.is_association_shared, way.is_association_shared = way.is_association_shared, False
            self._run(old.close())
        if not self._connected.done():
            self._timer = self._loop.call_later(FIRST_PACKET_S if self._may_come else 0, self._is_up)

    def _failed(self, way: Way) -> None:
        self._coming = None
        self._run(way.close())
        has_waited = self._lost_at_s is not None and self._loop.time() - self._lost_at_s >= RETURN_S
        if self._way is None or has_waited:
            self._end(is_lost=has_waited)

    def _lost(self, ice: Ice) -> None:
        """No consent any more, and the sockets are closed; also told of those that were closed from here."""
        if self._way is not None and self._way.ice is ice and not self._is_closed:
            self._wait_for_return("the browser is out of reach")

    def _left(self, dtls: Dtls) -> None:
        """The browser has closed an association: it goes, unless it is about to come back by another."""
        if self._way is None or self._way.dtls is not dtls or self._is_closed:
            return
        if self._coming is None or self._coming.dtls is dtls:
            self._end()
        else:
            self._wait_for_return("the browser has closed its connection and makes another")

    def _wait_for_return(self, why: str) -> None:
        if self._lost_at_s is not None:
            return
        self._complaints.append(f"{why}: it has {RETURN_S:.0f} s to return")
        self._lost_at_s = self._loop.time()
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(RETURN_S, self._stayed_away)

    def _stayed_away(self) -> None:
        if self._coming is None:  # else what becomes of that decides
            self._end(is_lost=True)

    def _end(self, is_lost: bool = False) -> None:
        if self._is_closed:
            return
        self._is_closed, self._is_lost = True, is_lost
        if self._timer is not None:
            self._timer.cancel()
        if not self._connected.done():
            self._connected.set_result(False)
        for way in (self._coming, self._way):
            if way is not None:
                self._run(way.close())
        self._coming = None

    def _run(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _agree(self, agreed: Agreed) -> None:
        if self._stream is None:
            self._stream = RtpStream(agreed, RATE_HZ, self._clock_ms)
        elif agreed != self._agreed:
            self._stream.change(agreed)
        self._agreed = agreed

    @property
    def _may_come(self) -> bool:
        return self._agreed is not None and self._agreed.direction in ("sendrecv", "recvonly")

    def _look(self, stream: RtpStream, way: Way) -> None:
        now_ms = self._clock_ms()
        if not self._may_come:
            self._heard_ms = now_ms
        self._watch.silence(now_ms - self._heard_ms)
        if self._watch.is_due(now_ms):
            self._watch.look(now_ms, stream.figures, way.dtls.strangers, 0)

    def _rtp(self, packet: bytes) -> None:
        assert self._stream is not None  # an answer has been made
        self._heard_ms = self._clock_ms()
        self._stream.arrived(packet, self._heard_ms)
        self._watch.sound()
        self._is_up()

    def _rtcp(self, packet: bytes) -> None:
        assert self._stream is not None
        self._stream.arrived_rtcp(packet)

    def _is_up(self) -> None:
        if not self._connected.done():
            self._connected.set_result(True)
