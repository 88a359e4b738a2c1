"""Who hears whom: the far sides of a call beside its caller, mixed every tick by the part that each of them has."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np

from voicebot.audio import FRAME_MS, FULL_SCALE, Samples
from voicebot.doors.door import Door
from voicebot.doors.rtp.rates import open_resampler
from voicebot.events import Side
from voicebot.link import Part
from voicebot.softening import Softened

log = logging.getLogger(__name__)


class Leg:
    """One far side. ``sound`` is what came from it in this tick at its own rate, ``frame`` the same at the call's.

    Its door has agreed on a rate: it stays. ``lost`` says why there is nothing to be had of it any more.
    """

    def __init__(self, name: str, door: Door, rate_hz: int) -> None:
        self.name, self.door = name, door
        self.lost = ""
        self.keys = ""  # pressed in this tick
        self.fault: str | None = None  # what its door raised
        self._part: Part = "away"
        self._is_held = self._has_listened = False
        self._silence = np.zeros(rate_hz * FRAME_MS // 1000, np.int16)
        self._own_silence = np.zeros(door.rate_hz * FRAME_MS // 1000, np.int16)
        self._to_call, self._to_door = open_resampler(door.rate_hz, rate_hz), open_resampler(rate_hz, door.rate_hz)
        self.sound, self.frame = self._own_silence, self._silence

    @property
    def part(self) -> Part:
        """Who holds the call on its own telephone is away: what comes from there is music."""
        return "away" if self._is_held else self._part

    @part.setter
    def part(self, part: Part) -> None:
        self._part = part
        self._has_listened = self._has_listened or part in ("listening", "whispering")

    @property
    def side(self) -> Side:
        """Whose words these are: only supervisors listen, before they talk."""
        return "supervisor" if self._has_listened else "agent"

    def receive(self) -> None:
        """This tick's frame; of who is away it is read too, and nobody hears it."""
        if self.lost:
            return
        try:
            sound, self.keys, self._is_held = self.door.receive(), self.door.take_keys(), self.door.is_held
            is_heard = self.part in ("talking", "aside", "whispering")
            self.sound = sound if is_heard else self._own_silence
            self.frame = self._to_call(sound) if is_heard else self._silence
            if self.door.is_closed or self.door.is_lost:
                self._lose("lost" if self.door.is_lost else "hung_up")
        except Exception as error:
            self._break(error)

    def send(self, frame: Samples) -> None:
        if self.lost:
            return
        try:
            self.door.send(self._to_door(frame))
        except Exception as error:
            self._break(error)

    def take_complaint(self) -> str | None:
        try:
            return self.door.take_complaint()
        except Exception as error:
            self._break(error)
            return None

    def _break(self, error: Exception) -> None:
        """What goes wrong at one far side is no matter of the others."""
        log.exception("leg %s: its door failed", self.name)
        self.fault = f"{self.name}: {type(error).__name__}: {error}"
        self._lose("fault")

    def _lose(self, reason: str) -> None:
        self.lost, self.keys = reason, ""
        self.sound, self.frame = self._own_silence, self._silence


class Bridge:
    """The legs of one call at ``rate_hz``. Holds as many as it is given: :class:`voicebot.legs.Legs` bounds them.

    The caller hears the sum of those who talk. Who talks hears the caller, the others who talk and who whispers; who
    is aside hears the others who are; who listens or whispers hears both sides of the call and who (else) whispers.
    Sums are clipped, never scaled: nobody gets quieter because another joins.

    ``softened`` is the caller as all of them hear it: behind the first abusive words late, and beeped.
    """

    def __init__(self, rate_hz: int) -> None:
        self.legs: dict[str, Leg] = {}
        self._rate_hz = rate_hz
        self._silence = np.zeros(rate_hz * FRAME_MS // 1000, np.int16)
        self._softened = Softened(rate_hz)
        self._skipped_ms = 0

    def add(self, name: str, door: Door) -> Leg:
        leg = self.legs[name] = Leg(name, door, self._rate_hz)
        return leg

    def with_part(self, part: Part) -> list[Leg]:
        return [leg for leg in self.legs.values() if not leg.lost and leg.part == part]

    # ---- the tick

    def receive(self) -> list[Leg]:
        """What has come from all of them; those that are lost from now on, and are here no more."""
        for leg in self.legs.values():
            leg.receive()
        return self.take_lost()

    def take_lost(self) -> list[Leg]:
        lost = [leg for leg in self.legs.values() if leg.lost]
        for leg in lost:
            del self.legs[leg.name]
        return lost

    def talk(self) -> list[Samples]:
        """What those who talk say in this tick, one frame each."""
        return [leg.frame for leg in self.with_part("talking")]

    def send(self, caller: Samples, to_caller: Samples, announced: Samples | None) -> None:
        """To each what it hears in this tick; ``announced`` is what the bot says while people talk."""
        late = self._softened.push(caller)
        if not self.legs:
            return
        talking, aside, whispering = (self.with_part(part) for part in ("talking", "aside", "whispering"))
        said = [announced] if announced is not None else []
        for leg in self.legs.values():
            match leg.part:
                case "talking":
                    heard = [late, *said, *_others(talking, leg), *_others(whispering, leg)]
                case "aside":
                    heard = _others(aside, leg)
                case "listening" | "whispering":
                    heard = [late, to_caller, *_others(whispering, leg)]
                case "away":
                    heard = []
            leg.send(mixed(heard) if heard else self._silence)

    # ---- the caller, softened

    def soften(self, start_ms: int, end_ms: int) -> None:
        """From now on the caller is heard late; what was said then, in the call's time, is beeped."""
        self._softened.beep(start_ms - self._skipped_ms, end_ms - self._skipped_ms)

    def skip(self, ticks: int) -> None:
        """Time of the call that brought no sound."""
        self._skipped_ms += ticks * FRAME_MS


def mixed(frames: Sequence[Samples]) -> Samples:
    """The sum of at least one frame, clipped to int16."""
    if len(frames) == 1:
        return frames[0]
    total = frames[0].astype(np.int32)
    for frame in frames[1:]:
        total += frame
    np.minimum(total, FULL_SCALE, out=total)
    np.maximum(total, -FULL_SCALE - 1, out=total)
    return total.astype(np.int16)


def _others(legs: Sequence[Leg], leg: Leg) -> list[Samples]:
    return [other.frame for other in legs if other is not leg]
