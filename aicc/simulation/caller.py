"""One recorded caller: does what the script says as a person would, and listens to the bot meanwhile."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator
from typing import Literal

import numpy as np

from aicc.simulation.line import Line
from aicc.simulation.measure import GONE_MS, Done, Ears, Heard, turns_of
from aicc.simulation.report import CallReport
from aicc.simulation.speech import HELLO, Act, Part, Sound
from aicc.simulation.wire import Wire
from voicebot.audio import FRAME_MS, Samples

HELLO_AFTER_MS = 15_000  # of silence of the bot, once
GIVES_UP_AFTER_MS = 25_000
LINGERS_MS = 3_000  # behind the last step, once the bot has finished
KEY_MS = 240  # from one key to the next
LONGEST_CALL_MS = 1_800_000  # whatever bot and script do

Life = Generator[Samples | None, None, None]
"""What the caller says in each 20 ms; None is silence."""
Decision = Generator[Samples | None, None, bool]
"""The same, and in the end a yes or no."""


class Caller:
    """Ticked every 20 ms, ``caller.tick()`` before the call's own; over when ``is_over``.

    ``clock_ms`` is monotonic; ``number`` and ``seed`` decide by chance how fast this caller reacts and what its line
    loses, the same each time.
    """

    def __init__(
        self,
        part: Part,
        wire: Wire,
        *,
        number: int = 0,
        seed: int = 0,
        clock_ms: Callable[[], float] = lambda: time.monotonic() * 1000,
    ) -> None:
        self.skipped_ticks = 0
        self.is_over = False
        self._part = part
        self._wire = wire
        self._number = number
        self._clock_ms = clock_ms
        self._random = np.random.default_rng([seed, number])
        self._line = Line(part.line, part.rate_hz, part.voice_dbfs, np.random.default_rng([seed, number, 1]))
        self._ears = Ears(part.rate_hz)
        self._at_telephone: deque[Samples] = deque(maxlen=10)  # the oldest are dropped
        self._began_ms = self._now_ms = clock_ms()
        self._done: list[Done] = []
        self._failures: list[str] = []
        self._steps_done = 0
        self._ended_by: Literal["caller", "bot", "nobody"] = "nobody"
        self._has_said_hello = False
        # What the caller knows of the bot, in ms of its own ticks:
        self._bot_silent_ms = 0
        self._nothing_ms = 0  # since anything was heard from the bot, or the caller's turn began
        self._spell_ms: int | None = None  # since the bot began to speak; None: not since the caller's turn
        self._life = self._live()

    def tick(self) -> None:
        if self.is_over:
            return
        self._now_ms = self._clock_ms()
        heard = self._listen()
        if self._wire.is_closed:
            self._end("bot")
            return
        try:
            voice = next(self._life)
        except StopIteration:
            self._end("caller")
            return
        frame = self._line.carry(voice, heard)
        if frame is not None and not self.is_over:
            self._wire.send(frame)
        if self._now_ms - self._began_ms > LONGEST_CALL_MS:
            self.fail(f"the call went on for {LONGEST_CALL_MS // 60_000} minutes")

    def fail(self, what: str, by: Literal["caller", "nobody"] = "nobody") -> None:
        """Something that should not have happened: the call is over."""
        self._failures.append(what)
        self._end(by)

    def report(self) -> CallReport:
        end_ms = self._now_ms
        shifted = [
            Done(act.kind, act.text, act.into_speech, *self._since(act.start_ms, act.end_ms), self._pauses(act))
            for act in self._done
            if act.start_ms
        ]
        heard = [Heard(*self._since(one.start_ms, one.end_ms)) for one in self._ears.stretches]
        return CallReport(
            script=self._part.name,
            number=self._number,
            duration_ms=end_ms - self._began_ms,
            ended_by=self._ended_by,
            failures=tuple(self._failures),
            steps_left=len(self._part.acts) - self._steps_done,
            turns=turns_of(shifted, heard, end_ms - self._began_ms),
            bot_speech_ms=self._ears.speech_ms,
            lateness=self._ears.lateness(),
            skipped_ticks=self.skipped_ticks,
        )

    def _since(self, start_ms: float, end_ms: float) -> tuple[float, float]:
        """Since the call began; an act that was not finished ends with the call."""
        return start_ms - self._began_ms, (end_ms or self._now_ms) - self._began_ms

    def _pauses(self, act: Done) -> list[tuple[float, float]]:
        return [self._since(start, end) for start, end in act.pauses_ms]

    def _end(self, by: Literal["caller", "bot", "nobody"]) -> None:
        self.is_over = True
        self._ended_by = by
        self._wire.hang_up()

    # ---- hearing

    def _listen(self) -> Samples | None:
        """Takes in what has come; what the telephone plays in this tick."""
        arrived = self._wire.receive()
        self._at_telephone.extend(one.frame for one in arrived)
        if self._ears.hear(arrived):
            self._bot_silent_ms = self._nothing_ms = 0
            self._spell_ms = 0 if self._spell_ms is None else self._spell_ms
        else:
            self._bot_silent_ms += FRAME_MS
            self._nothing_ms += FRAME_MS
        if self._spell_ms is not None:
            self._spell_ms += FRAME_MS
        return self._at_telephone.popleft() if self._at_telephone else None

    def _has_finished(self, patience_ms: float) -> bool:
        """Whether the bot has spoken since the caller's turn, and been silent for so long."""
        return self._spell_ms is not None and self._bot_silent_ms >= patience_ms

    # ---- living

    def _live(self) -> Life:
        for act in self._part.acts:
            is_last = yield from self._do(act)
            if self.is_over:
                return
            self._steps_done += 1
            if is_last:
                return
        while not self._has_finished(LINGERS_MS):
            yield from self._go_on_waiting()

    def _do(self, act: Act) -> Decision:
        """One step; its value says whether the caller hangs up behind it."""
        if act.kind == "silence":
            for _ in range(0, act.silence_ms, FRAME_MS):
                yield None
            self._nothing_ms = 0
            return False
        into_speech = yield from self._wait(act.after_ms)
        if act.kind == "listen":
            self._begin_turn()
        elif act.kind == "keys":
            yield from self._press(act, into_speech)
        elif act.sound is not None:
            yield from self._utter(act, act.sound, into_speech)
            if act.kind in ("cough", "backchannel"):
                yield from self._hear_it_go_on(into_speech)
            elif act.kind != "noise":
                self._begin_turn()
        return act.kind == "hang_up"

    def _begin_turn(self) -> None:
        """From here on the bot is expected to speak."""
        self._spell_ms = None
        self._nothing_ms = 0

    def _wait(self, after_ms: int | None) -> Decision:
        """Until it is the caller's turn; or, which is a yes, the bot speaks and has for ``after_ms``."""
        shortest, longest = self._part.reaction_ms
        patience_ms = self._part.patience_ms + int(self._random.integers(shortest, longest + 1))
        while not self._has_finished(patience_ms):
            if after_ms is not None and self._bot_silent_ms == 0 and (self._spell_ms or 0) > after_ms:
                return True
            yield from self._go_on_waiting()
        return False

    def _go_on_waiting(self) -> Life:
        """One tick, or what a person does whom nobody answers."""
        if self._nothing_ms >= HELLO_AFTER_MS and not self._has_said_hello:
            self._has_said_hello = True
            yield from self._utter(Act("hello", HELLO), self._part.hello, False)
        elif self._nothing_ms >= GIVES_UP_AFTER_MS:
            self.fail("the bot fell silent", "caller")
            yield None
        else:
            yield None

    def _hear_it_go_on(self, into_speech: bool) -> Life:
        """Behind a cough the bot goes on with what it was saying; a person does not take the pause for its end."""
        waited_ms = 0
        while into_speech and self._bot_silent_ms and waited_ms < GONE_MS:
            yield None
            waited_ms += FRAME_MS

    def _utter(self, act: Act, sound: Sound, into_speech: bool) -> Life:
        done = Done(act.kind, act.text, into_speech)
        self._done.append(done)
        for number, frame in enumerate(sound.frames()):
            at_ms = number * FRAME_MS
            spoken_from_ms = self._now_ms - FRAME_MS - at_ms  # the sound's first sample
            if at_ms <= sound.first_ms < at_ms + FRAME_MS:
                done.start_ms = spoken_from_ms + sound.first_ms
                done.pauses_ms = [(spoken_from_ms + start, spoken_from_ms + end) for start, end in sound.pauses_ms]
            if at_ms < sound.last_ms <= at_ms + FRAME_MS:
                done.end_ms = spoken_from_ms + sound.last_ms
            yield frame

    def _press(self, act: Act, into_speech: bool) -> Life:
        done = Done("keys", act.keys, into_speech, start_ms=self._now_ms)
        self._done.append(done)
        for key in act.keys:
            self._wire.press(key)
            done.end_ms = self._now_ms
            for _ in range(0, KEY_MS, FRAME_MS):
                yield None
        self._begin_turn()
