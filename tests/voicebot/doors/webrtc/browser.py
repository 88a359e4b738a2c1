"""aiortc's RTCPeerConnection as a browser: a microphone that hears one tone, an ear that keeps what it hears."""

from __future__ import annotations

import asyncio
import contextlib
import fractions
from collections.abc import Callable

import numpy as np
from aiortc import AudioStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame

from voicebot.audio import FULL_SCALE, Samples
from voicebot.doors.webrtc.door import WebRtcDoor

TICK_S = 0.02
RATE_HZ = 16_000


def tone(hz: float, frames: int, rate_hz: int, peak: float = 0.25, from_frame: int = 0) -> Samples:
    """Frames of 20 ms of a sine, behind those from the beginning of time."""
    at = np.arange(from_frame * rate_hz // 50, (from_frame + frames) * rate_hz // 50)
    return (peak * FULL_SCALE * np.sin(2 * np.pi * hz * at / rate_hz)).astype(np.int16)


def loudest_hz(sound: Samples, rate_hz: int) -> float:
    spectrum = np.abs(np.fft.rfft(sound.astype(np.float64) * np.hanning(len(sound))))
    return float(np.argmax(spectrum) * rate_hz / len(sound))


def peak(sound: Samples) -> float:
    """Of a sine, from its power: 1.0 is full scale."""
    return float(np.sqrt(2 * np.mean(np.square(sound.astype(np.float64)))) / FULL_SCALE)


async def until(condition: Callable[[], object], within_s: float = 20.0) -> None:
    async with asyncio.timeout(within_s):
        while not condition():
            await asyncio.sleep(0.01)


class Microphone(AudioStreamTrack):
    def __init__(self, hz: float) -> None:
        super().__init__()
        self._hz, self._frame = hz, 0

    async def recv(self) -> AudioFrame:
        await super().recv()  # paces
        sound = tone(self._hz, 1, 48_000, from_frame=self._frame)
        # aiortc would make stereo of mono, 3 dB softer
        frame = AudioFrame.from_ndarray(np.repeat(sound, 2)[None], format="s16", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, self._frame * 960, fractions.Fraction(1, 48_000)
        self._frame += 1
        return frame


class Browser:
    """``heard`` is mono at 48 kHz."""

    def __init__(self, hz: float | None = 440.0) -> None:
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.heard: list[Samples] = []
        self._listening: list[asyncio.Task[None]] = []
        self.pc.on("track", self._listen)
        if hz is None:
            self.pc.addTransceiver("audio", direction="recvonly")
        else:
            self.microphone = Microphone(hz)
            self.pc.addTrack(self.microphone)

    async def offer(self) -> str:
        await self.pc.setLocalDescription(await self.pc.createOffer())
        return str(self.pc.localDescription.sdp)

    async def accept(self, answer: str) -> None:
        await self.pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def call(self, door: WebRtcDoor) -> None:
        await self.accept(await door.answer(await self.offer()))

    async def close(self) -> None:
        await self.pc.close()
        for task in self._listening:
            task.cancel()
        await asyncio.gather(*self._listening, return_exceptions=True)

    def _listen(self, track: MediaStreamTrack) -> None:
        self._listening.append(asyncio.ensure_future(self._keep(track)))

    async def _keep(self, track: MediaStreamTrack) -> None:
        with contextlib.suppress(MediaStreamError):
            await self._keep_all(track)

    async def _keep_all(self, track: MediaStreamTrack) -> None:
        while True:
            frame = await track.recv()
            sound = frame.to_ndarray().reshape(-1, len(frame.layout.channels))
            self.heard.append(sound[:, 0])

    @property
    def sound(self) -> Samples:
        return np.concatenate([*self.heard, np.zeros(0, np.int16)])


class Ticker:
    """Ticks a door as a call's process does; says a tone, keeps what it hears."""

    def __init__(self, door: WebRtcDoor, hz: float = 1_000.0) -> None:
        self.door = door
        self.heard: list[Samples] = []
        self._hz, self._said = hz, 0
        self._task = asyncio.ensure_future(self._tick())

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        while True:
            self.heard.append(self.door.receive())
            self.door.send(tone(self._hz, 1, RATE_HZ, from_frame=self._said))
            self._said += 1
            due_s += TICK_S
            await asyncio.sleep(due_s - loop.time())

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    @property
    def sound(self) -> Samples:
        return np.concatenate([*self.heard, np.zeros(0, np.int16)])
