"""A recognizer whose streams are heard in the inference process, and by a standby in this one when that fails them."""

import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from voicebot.audio import Samples
from voicebot.stt import inference_wire as wire
from voicebot.stt.inference_link import InferenceLink, LinkLost
from voicebot.stt.inference_wire import Kind, Message
from voicebot.stt.recognizer import Final, Partial, Recognizer, Stream

PATIENCE_MS = 40.0
DEADLINE_MS = 500.0
MOST_KEPT_S = 180
FIRST_LOOK_S = 0.5
SLICE_MS = 480  # of what the standby catches up with, between two looks at the clock
SOUND_A_MESSAGE = wire.LONGEST_PAYLOAD // 2


class RemoteStream:
    """One utterance. Its sound is kept until the final is there, ``MOST_KEPT_S`` at most: so much can be heard anew.

    Of an utterance longer than that the standby, should it be needed, does not hear the beginning. When it takes
    over, the partial stays as it was until it has caught up, and may then differ in what was stable.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._kept: deque[Samples] = deque()
        self._kept_samples = self._forgotten_samples = 0
        self._unsent: list[Samples] = []
        self._standby: Stream | None = None
        self._partial = Partial()
        self.number: int | None = None  # at the process
        self.is_finished = False
        self.finish_message: int | None = None  # which message of the connection ended it
        self.final: Final | None = None

    def accept(self, samples: Samples) -> None:
        if self.is_finished or not len(samples):
            return
        self._kept.append(samples)
        self._kept_samples += len(samples)
        if self._standby is None:
            self._unsent.append(samples)
            while self._kept_samples - len(self._kept[0]) > MOST_KEPT_S * self._rate_hz:
                self._kept_samples -= len(self._kept[0])
                self._forgotten_samples += len(self._kept.popleft())

    def finish(self) -> None:
        self.is_finished = True

    @property
    def partial(self) -> Partial:
        return self._partial

    # ---- heard by the process

    def take_unsent(self) -> bytes:
        unsent, self._unsent = self._unsent, []
        return np.concatenate(unsent).astype("<i2", copy=False).tobytes() if unsent else b""

    def hear_partial(self, partial: Partial) -> None:
        self._partial = partial

    def hear_final(self, final: Final) -> None:
        self._kept.clear()
        self.final = final
        self._partial = Partial(final.spoken, len(final.spoken))

    # ---- heard by the standby

    @property
    def standby(self) -> Stream | None:
        return self._standby

    def fall_back(self, standby: Stream) -> None:
        """From here on heard by this stream, from what is kept of the beginning."""
        self._standby, self.number, self._unsent = standby, None, []

    @property
    def is_behind(self) -> bool:
        return bool(self._kept)

    def give_slice(self) -> None:
        """Some more of what is kept goes to the standby; after the last of it, the end."""
        assert self._standby is not None
        given = 0
        while self._kept and given < SLICE_MS * self._rate_hz // 1000:
            samples = self._kept.popleft()
            self._standby.accept(samples)
            given += len(samples)
        if self.is_finished and not self._kept:
            self._standby.finish()

    def look_at_standby(self) -> None:
        assert self._standby is not None
        final, earlier_ms = self._standby.final, self._forgotten_samples * 1000 // self._rate_hz
        if final is not None:
            words = (
                replace(word, start_ms=word.start_ms + earlier_ms, end_ms=word.end_ms + earlier_ms)
                for word in final.words
            )
            self.hear_final(replace(final, words=tuple(words)) if earlier_ms else final)
        elif not self.is_behind:
            self._partial = self._standby.partial


class RemoteRecognizer:
    """Listens through the inference process at ``socket_path``, and with ``standby`` while that is not there.

    ``decode`` waits ``patience_ms`` at most for finals, and works as long at most on what the standby has to catch up
    with; a finished stream without a final is given to the next ``decode`` again. The process has ``deadline_ms`` to
    answer whatever it is sent. With a patience of more than the deadline every final is there after one ``decode``.

    When the process is absent, dies, hangs or answers nonsense, utterances that it had are heard anew by the standby,
    the next ones are the standby's, and every few seconds, within ``decode`` but without waiting, it is tried again.
    ``on_fault(what, cured_by)`` is called once for each outage, in the thread that decodes.
    """

    def __init__(
        self,
        socket_path: Path,
        standby: Recognizer,
        on_fault: Callable[[str, str], None] = lambda what, cured_by: None,
        patience_ms: float = PATIENCE_MS,
        deadline_ms: float = DEADLINE_MS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._standby, self._on_fault = standby, on_fault
        self._patience_s, self._clock = patience_ms / 1000, clock
        self._link = InferenceLink(socket_path, standby.rate_hz, deadline_ms, clock)
        self._lock = threading.Lock()
        self._streams: weakref.WeakValueDictionary[int, RemoteStream] = weakref.WeakValueDictionary()
        self._open: set[int] = set()  # at the process, as far as is known
        self._numbers = 0
        self._is_out = False
        with self._lock:
            if not self._look():
                self._link.wait(FIRST_LOOK_S)  # it accepts, or nothing is waited for
                self._look()

    @property
    def name(self) -> str:
        """Of the recognizer that would hear an utterance which begins now."""
        welcome = self._link.welcome
        return self._standby.name if welcome is None else welcome.name

    @property
    def rate_hz(self) -> int:
        return self._standby.rate_hz

    @property
    def is_remote(self) -> bool:
        """Whether the process listens."""
        return self._link.is_up

    @property
    def largest_batch(self) -> int:
        """The most streams, of all clients, that the process has decoded at once."""
        return self._link.largest_batch

    def stream(self) -> RemoteStream:
        return RemoteStream(self.rate_hz)

    def decode(self, streams: Sequence[RemoteStream]) -> None:
        unfinished = [stream for stream in dict.fromkeys(streams) if stream.final is None]
        with self._lock:
            self._look()
            for stream in unfinished:
                if stream.number is None and stream.standby is None:
                    self._place(stream)
            try:
                self._converse([stream for stream in unfinished if stream.number is not None])
            except LinkLost as lost:
                self._fall_back(lost)
        self._decode_here([stream for stream in unfinished if stream.standby is not None])

    def close(self) -> None:
        """Hangs up; what is heard from then on is heard by the standby, or by a process that is found again."""
        with self._lock:
            self._leave_all()
            self._link.close()

    def _look(self) -> bool:
        try:
            is_up = self._link.look()
        except LinkLost as lost:
            self._fall_back(lost)
            return False
        self._is_out &= not is_up
        return is_up

    def _place(self, stream: RemoteStream) -> None:
        if not self._link.is_up:
            stream.fall_back(self._standby.stream())
            return
        self._numbers += 1
        stream.number = self._numbers
        self._streams[stream.number] = stream
        self._open.add(stream.number)

    def _fall_back(self, lost: LinkLost) -> None:
        self._leave_all()
        if not self._is_out:
            self._is_out = True
            self._on_fault(str(lost), f"{self._standby.name} listens in this process")

    def _leave_all(self) -> None:
        for stream in list(self._streams.values()):
            if stream.final is None:
                stream.fall_back(self._standby.stream())
        self._streams.clear()
        self._open.clear()

    def _converse(self, streams: Sequence[RemoteStream]) -> None:
        """Sends what is new and takes what has come, for finals some time. Raises :class:`LinkLost`."""
        if not self._link.is_up:
            return
        for number in self._open.difference(self._streams.keys()):  # nobody holds these streams any more
            self._link.send(Kind.DROP, number)
            self._open.discard(number)
        for stream in streams:
            self._send(stream)
        until = self._clock() + self._patience_s
        while True:
            messages = self._link.receive()
            awaited = [stream for stream in streams if stream.is_finished]
            try:
                for message in messages:
                    self._take(message)
                if any(stream.final is None and self._is_answered(stream) for stream in awaited):
                    raise wire.Garbage("no final of a stream that is finished")
            except wire.Garbage as garbage:
                raise self._link.distrust(garbage) from garbage
            left_s = until - self._clock()
            if left_s <= 0 or all(stream.final is not None for stream in awaited):
                return
            self._link.wait(left_s)

    def _send(self, stream: RemoteStream) -> None:
        assert stream.number is not None
        sound = stream.take_unsent()
        for start in range(0, len(sound), SOUND_A_MESSAGE):
            self._link.send(Kind.SOUND, stream.number, sound[start : start + SOUND_A_MESSAGE])
        if stream.is_finished and stream.finish_message is None:
            stream.finish_message = self._link.send(Kind.FINISH, stream.number)

    def _is_answered(self, stream: RemoteStream) -> bool:
        return stream.finish_message is not None and stream.finish_message <= self._link.answered

    def _take(self, message: Message) -> None:
        is_partial = message.kind is Kind.PARTIAL
        heard = wire.partial_of(message.payload) if is_partial else wire.final_of(message.payload)
        if not 0 < message.number <= self._numbers:
            raise wire.Garbage(f"something about stream {message.number}, which is none")
        stream = self._streams.get(message.number)
        if stream is None or stream.final is not None:
            return  # it was dropped meanwhile
        if isinstance(heard, Partial):
            stream.hear_partial(heard)
        elif stream.finish_message is None:
            raise wire.Garbage("a final of a stream that is not finished")
        else:
            stream.hear_final(heard)
            self._open.discard(message.number)

    def _decode_here(self, streams: Sequence[RemoteStream]) -> None:
        """With the standby: what is new, and as much of what it has to catch up with as patience allows."""
        until = self._clock() + self._patience_s
        while streams:
            for stream in streams:
                stream.give_slice()
            self._standby.decode([stream.standby for stream in streams])
            for stream in streams:
                stream.look_at_standby()
            if self._clock() >= until:
                return
            streams = [stream for stream in streams if stream.is_behind]
