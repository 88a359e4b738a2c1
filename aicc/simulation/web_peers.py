"""Light callers from the web: aiortc's peer connections, who speak in turn and hear without measuring."""

from __future__ import annotations

import asyncio
import contextlib
import fractions
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import numpy as np
from aiortc import AudioStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame

from aicc.simulation.browser import MICROPHONE_HZ
from aicc.simulation.wire import WireUnavailable
from voicebot.audio import FRAME_MS, Samples

FRAME = MICROPHONE_HZ * FRAME_MS // 1000
APART_S = 0.2  # one calls after the other, so that they do not all speak at once
CONNECT_S = 15.0


@contextlib.asynccontextmanager
async def calling(address: str, sound: Samples, count: int) -> AsyncIterator[list[WebPeer]]:
    """So many are in a call with the service at ``address`` for as long as the block runs.

    ``sound`` at 48 kHz is what each says, again and again. Raises :class:`WireUnavailable` where a call is not taken.
    """
    async with contextlib.AsyncExitStack() as stack:
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=address, trust_env=False))
        peers: list[WebPeer] = []
        for _ in range(count):
            peer = WebPeer(sound)
            stack.push_async_callback(peer.hang_up)
            await peer.call(http)
            peers.append(peer)
            await asyncio.sleep(APART_S)
        yield peers


class WebPeer:
    def __init__(self, sound: Samples) -> None:
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._microphone = _Microphone(sound)
        self._pc.addTrack(self._microphone)
        self._pc.on("track", self._listen)
        self._is_up = asyncio.Event()
        self._pc.on("connectionstatechange", self._look)
        self._hearing: asyncio.Task[None] | None = None
        self.packets_heard = 0

    async def call(self, http: httpx.AsyncClient) -> dict[str, str]:
        """As a caller; the answer of the page's routes: the call's id and token."""
        told: dict[str, str] = {}

        async def exchange(sdp: str) -> str:
            answer = await http.post("/call/calls", json={"sdp": sdp})
            if answer.is_error:
                raise WireUnavailable(f"a call from the web was not taken: {answer.text[:200]}")
            told.update(answer.json())
            return told["sdp"]

        await self.connect(exchange)
        return told

    async def connect(self, exchange: Callable[[str], Awaitable[str]]) -> None:
        """``exchange`` brings our description to the service, and its answer back."""
        await self._pc.setLocalDescription(await self._pc.createOffer())
        answer = await exchange(self._pc.localDescription.sdp)
        await self._pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        try:
            async with asyncio.timeout(CONNECT_S):
                await self._is_up.wait()
        except TimeoutError:
            raise WireUnavailable(f"a call from the web found no way within {CONNECT_S:.0f} s") from None

    def say(self, sound: Samples) -> None:
        """From now on this, again and again."""
        self._microphone.take(sound)

    async def hang_up(self) -> None:
        await self._pc.close()
        if self._hearing is not None:
            self._hearing.cancel()
            await asyncio.gather(self._hearing, return_exceptions=True)

    def _look(self) -> None:
        if self._pc.connectionState == "connected":
            self._is_up.set()

    def _listen(self, track: MediaStreamTrack) -> None:
        self._hearing = asyncio.create_task(self._hear(track))

    async def _hear(self, track: MediaStreamTrack) -> None:
        """What nobody takes would be kept."""
        with contextlib.suppress(MediaStreamError):
            while True:
                self.heard(await track.recv())
                self.packets_heard += 1

    def heard(self, frame: Any) -> None:
        """One frame of the far side's sound; for whoever wants to look at it."""


class _Microphone(AudioStreamTrack):
    def __init__(self, sound: Samples) -> None:
        super().__init__()
        self.take(sound)
        self._said = 0

    def take(self, sound: Samples) -> None:
        self._frames = sound[: len(sound) // FRAME * FRAME].reshape(-1, FRAME)

    async def recv(self) -> AudioFrame:
        await super().recv()  # paces
        samples = self._frames[self._said % len(self._frames)]
        # aiortc would make stereo of mono, 3 dB softer
        frame = AudioFrame.from_ndarray(np.repeat(samples, 2)[None], format="s16", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = MICROPHONE_HZ, self._said * FRAME, fractions.Fraction(1, 48_000)
        self._said += 1
        return frame
