"""A browser that finds another way in mid-call and keeps its DTLS association, as restartIce() does."""

from __future__ import annotations

import asyncio
import re
import struct
from pathlib import Path

import numpy as np
from aioice import Connection

from tests.voicebot.doors.webrtc.browser import until
from voicebot.doors.webrtc.door import WebRtcDoor
from voicebot.doors.webrtc.dtls import Dtls
from voicebot.doors.webrtc.ice import Ice, Network, read_candidate

CHROMIUM = (Path(__file__).parent / "offers" / "chromium_156.sdp").read_text()


class Browser:
    """Our own association as the browser's, over ICE connections that are made anew with each offer."""

    def __init__(self) -> None:
        self.rtp: list[bytes] = []
        self.dtls = Dtls([], is_client=False, rtp=self.rtp.append, rtcp=lambda _: None, over=lambda _: None)
        self.ways: list[Connection] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._sent = 0

    async def offer(self) -> str:
        way = Connection(ice_controlling=True)
        self.ways.append(way)
        await way.gather_candidates()
        sdp = re.sub("a=candidate:.*\r\n", "", CHROMIUM)
        sdp = re.sub("a=ice-ufrag:.*", f"a=ice-ufrag:{way.local_username}", sdp)
        sdp = re.sub("a=ice-pwd:.*", f"a=ice-pwd:{way.local_password}", sdp)
        return re.sub("a=fingerprint:sha-256 .*", f"a=fingerprint:sha-256 {self.dtls.fingerprint}", sdp)

    async def accept(self, answer: str) -> None:
        way = self.ways[-1]
        told = dict(line[2:].partition(":")[::2] for line in answer.splitlines())
        way.remote_username, way.remote_password = told["ice-ufrag"], told["ice-pwd"]
        for line in answer.splitlines():
            if line.startswith("a=candidate"):
                await way.add_remote_candidate(read_candidate(line))
        await way.connect()
        self._tasks.append(asyncio.ensure_future(self._pump(way)))
        self.dtls.ice = _Sender(way)  # type: ignore[assignment]
        if len(self.ways) == 1:
            self.dtls.fingerprints = (("sha-256", told["fingerprint"].removeprefix("sha-256 ")),)
            await self.dtls.start()

    def say(self) -> None:
        self._sent += 1
        self.dtls.send_rtp(struct.pack("!BBHII", 0x80, 0x6F, self._sent, 960 * self._sent, 42) + b"\x08\xff\xfe")

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await self.dtls.close()
        for way in self.ways:
            await way.close()

    async def _pump(self, way: Connection) -> None:
        while True:
            self.dtls.arrived(await way.recv())


class _Sender:
    def __init__(self, way: Connection) -> None:
        self._way = way

    send_now = Ice.send_now
    _nominated = property(lambda self: self._way._nominated)


def test_the_association_goes_on_over_another_way(loopback: None) -> None:
    async def work() -> None:
        before = asyncio.all_tasks()
        browser, door = Browser(), WebRtcDoor(Network(addresses=("127.0.0.1",)))
        answer = await door.answer(await browser.offer())
        await browser.accept(answer)
        browser.say()
        assert await door.connected()

        again = await door.answer(await browser.offer())
        fingerprints = [re.findall("a=fingerprint:.*|a=setup:.*", sdp) for sdp in (answer, again)]
        assert fingerprints[0] == fingerprints[1]
        assert not set(re.findall("a=ice-.*", answer)) & set(re.findall("a=ice-.*", again))
        door.send(np.zeros(320, np.int16))
        await until(lambda: browser.rtp)  # by the old way, until there is a new one

        await browser.accept(again)
        await browser.ways[0].close()
        browser.rtp.clear()

        def is_heard() -> bool:
            door.send(np.zeros(320, np.int16))
            return len(browser.rtp) > 3

        await until(is_heard)
        assert (door.is_closed, door.take_complaint()) == (False, None)
        door.hang_up()
        await door.gone()
        await browser.close()
        await until(lambda: asyncio.all_tasks() <= before)

    asyncio.run(asyncio.wait_for(work(), 30))
