"""The client: against the server in a thread, against servers that misbehave, and against real processes that die."""

import gc
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from audio_fixtures import recorded_calls
from tests.timing import least, uncollected
from tests.voicebot.stt.measuring_recognizer import MeasuringRecognizer, said
from tests.voicebot.stt.test_inference import serving
from voicebot.audio import Samples
from voicebot.sound_file import SoundFile
from voicebot.stt import inference_wire as wire
from voicebot.stt.bundled import BundledRecognizer
from voicebot.stt.inference_wire import FROM_CLIENTS, Done, Kind, Message, Unpacker, Welcome
from voicebot.stt.recognizer import Final, Partial
from voicebot.stt.remote import RemoteRecognizer, RemoteStream

CALLS = recorded_calls()
WELCOME = wire.packed_welcome(Welcome("far", 8_000))


class Faults(list[tuple[str, str]]):
    def __call__(self, what: str, cured_by: str) -> None:
        self.append((what, cured_by))


def finished(recognizer: RemoteRecognizer, stream: RemoteStream, within_s: float = 5.0) -> Final:
    """Decodes, as a call's hearing does, until the final is there."""
    stream.finish()
    until = time.monotonic() + within_s
    while stream.final is None and time.monotonic() < until:
        recognizer.decode([stream])
    assert stream.final is not None
    return stream.final


def until(is_so: Callable[[], bool], recognizer: RemoteRecognizer, *streams: RemoteStream) -> None:
    end = time.monotonic() + 5
    while not is_so():
        recognizer.decode(streams)
        assert time.monotonic() < end


SOUND = np.arange(480, dtype=np.int16)


def test_streams_are_heard_by_the_process(tmp_path: Path) -> None:
    faults, standby = Faults(), MeasuringRecognizer("near")
    with serving(MeasuringRecognizer("far"), tmp_path / "s"):
        recognizer = RemoteRecognizer(tmp_path / "s", standby, faults)
        assert recognizer.name == "far" and recognizer.rate_hz == 8_000 and recognizer.is_remote
        one, other = recognizer.stream(), recognizer.stream()
        for stream in (one, other):
            stream.accept(SOUND)
        until(lambda: one.partial == other.partial == Partial(said(SOUND), 0), recognizer, one, other)
        one.accept(SOUND)
        final = finished(recognizer, one)
        assert final == Final(said(np.tile(SOUND, 2)), final.words, "far")
        assert final.words[0].end_ms == 120
        assert one.partial == Partial(final.spoken, len(final.spoken))
        assert finished(recognizer, other).spoken == said(SOUND)
        assert finished(recognizer, recognizer.stream()).spoken == ""
        recognizer.close()
    assert not faults and not standby.batches


def test_streams_that_nobody_holds_are_dropped(tmp_path: Path) -> None:
    far = MeasuringRecognizer("far")
    with serving(far, tmp_path / "s") as server:
        recognizer = RemoteRecognizer(tmp_path / "s", MeasuringRecognizer())
        forgotten = recognizer.stream()
        forgotten.accept(SOUND)
        recognizer.decode([forgotten])
        utterances = next(iter(server._clients.values())).utterances
        until(lambda: len(utterances) == 1, recognizer)
        del forgotten
        gc.collect()
        until(lambda: not utterances, recognizer)


def test_without_a_process_the_standby_listens_and_one_fault_says_so(tmp_path: Path) -> None:
    faults = Faults()
    recognizer = RemoteRecognizer(tmp_path / "s", MeasuringRecognizer("near"), faults)
    assert recognizer.name == "near" and not recognizer.is_remote
    for _ in range(3):
        stream = recognizer.stream()
        stream.accept(SOUND)
        recognizer.decode([stream])
        assert stream.partial.spoken == said(SOUND)
        stream.finish()
        recognizer.decode([stream])
        assert stream.final is not None and stream.final.engine == "near"
    assert faults == [(f"the inference process at {tmp_path / 's'} is not there", "near listens in this process")]


class ManualClock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_a_process_that_comes_is_found_and_the_next_utterance_is_its_own(tmp_path: Path) -> None:
    clock, faults = ManualClock(), Faults()
    recognizer = RemoteRecognizer(tmp_path / "s", MeasuringRecognizer("near"), faults, clock=clock)
    begun = recognizer.stream()
    begun.accept(SOUND)
    recognizer.decode([begun])
    with serving(MeasuringRecognizer("far"), tmp_path / "s"):
        recognizer.decode([begun])
        assert not recognizer.is_remote  # it is not asked for at every decode
        clock.now_s += 10
        until(lambda: recognizer.is_remote, recognizer, begun)
        begun.finish()
        recognizer.decode([begun])
        assert begun.final is not None and begun.final.engine == "near"
        late = recognizer.stream()
        late.accept(SOUND)
        late.finish()
        until(lambda: late.final is not None, recognizer, late)
        assert late.final is not None and late.final.engine == "far"
        assert len(faults) == 1
    recognizer.decode([recognizer.stream()])
    assert not recognizer.is_remote and len(faults) == 2 and faults[1][0].endswith("died")


@contextmanager
def misbehaving(path: Path, answer: Callable[[socket.socket, list[Message]], None]) -> Iterator[None]:
    """A server that lets ``answer`` reply to what came; it ends when its client hangs up."""
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    listening.listen()
    listening.settimeout(5)

    def run() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.settimeout(5)
            answer(connection, [])
            unpacker = Unpacker(FROM_CLIENTS)
            try:
                while data := connection.recv(65_536):
                    answer(connection, unpacker.feed(data))
            except OSError:
                pass

    thread = threading.Thread(target=run)
    thread.start()
    yield
    thread.join()
    listening.close()


def replying(reply: bytes, welcome: bytes = WELCOME) -> Callable[[socket.socket, list[Message]], None]:
    return lambda connection, messages: connection.sendall(reply if messages else welcome)


@pytest.mark.parametrize(
    ("reply", "what"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n", "answers nonsense (a message of kind 72)"),
        (Message(Kind.PARTIAL, 1, b"[]").packed(), "answers nonsense (Partial that is none"),
        (wire.packed_partial(2, Partial("네", 0)), "answers nonsense (something about stream 2, which is none)"),
        (wire.packed_final(1, Final("네", (), "far")), "answers nonsense (a final of a stream that is not finished)"),
        (Done(5, 1).packed(), "answers nonsense (5 messages answered of 1)"),
        (Message(Kind.SOUND, 1, b"ab").packed(), "answers nonsense (a message of kind 5)"),
    ],
)
def test_a_process_that_answers_nonsense_is_left(reply: bytes, what: str, tmp_path: Path) -> None:
    faults = Faults()
    with misbehaving(tmp_path / "s", replying(reply)):
        recognizer = RemoteRecognizer(tmp_path / "s", MeasuringRecognizer("near"), faults)
        assert recognizer.is_remote
        stream = recognizer.stream()
        stream.accept(SOUND)
        until(lambda: not recognizer.is_remote, recognizer, stream)
        stream.accept(SOUND)
        assert finished(recognizer, stream) == Final(said(np.tile(SOUND, 2)), stream.final.words, "near")  # type: ignore[union-attr]
    assert len(faults) == 1 and what in faults[0][0]


@pytest.mark.parametrize(
    "welcome",
    [wire.packed_welcome(Welcome("far", 16_000)), wire.packed_welcome(Welcome("far", 8_000, 9)), Done(0, 0).packed()],
)
def test_a_process_of_another_rate_or_version_is_not_used(welcome: bytes, tmp_path: Path) -> None:
    faults = Faults()
    with misbehaving(tmp_path / "s", replying(b"", welcome)):
        recognizer = RemoteRecognizer(tmp_path / "s", MeasuringRecognizer("near"), faults)
        stream = recognizer.stream()
        stream.accept(SOUND)
        assert finished(recognizer, stream).engine == "near"
    assert len(faults) == 1 and "answers nonsense" in faults[0][0]


def test_a_process_that_decodes_without_a_result_is_left(tmp_path: Path) -> None:
    def answer(connection: socket.socket, messages: list[Message], seen: list[int] = []) -> None:  # noqa: B006
        seen.append(len(messages))
        connection.sendall(Done(sum(seen), 1).packed() if messages else WELCOME)

    faults = Faults()
    with misbehaving(tmp_path / "s", answer):
        recognizer = RemoteRecognizer(tmp_path / "s", MeasuringRecognizer("near"), faults)
        stream = recognizer.stream()
        stream.accept(SOUND)
        assert finished(recognizer, stream).engine == "near"
    assert "no final of a stream that is finished" in faults[0][0]


def test_a_process_that_says_nothing_costs_the_deadline_and_no_decode_more_than_its_patience(tmp_path: Path) -> None:
    numbers = count()

    def longest_s() -> float:
        faults, took_s, path = Faults(), [], tmp_path / str(next(numbers))
        with uncollected(), misbehaving(path, replying(b"")):
            recognizer = RemoteRecognizer(path, MeasuringRecognizer("near"), faults, 40, 300)
            stream = recognizer.stream()
            stream.accept(SOUND)
            stream.finish()
            began = time.monotonic()
            while stream.final is None:
                decoding = time.monotonic()
                recognizer.decode([stream])
                took_s.append(time.monotonic() - decoding)
            assert 0.25 < time.monotonic() - began < 1.0
        assert stream.final.spoken == said(SOUND)
        assert faults[0][0].endswith("has not answered for 300 ms")
        return max(took_s)

    assert least(longest_s, 0.15) < 0.15


def test_with_patience_beyond_the_deadline_one_decode_is_enough(tmp_path: Path) -> None:
    with misbehaving(tmp_path / "s", replying(b"")):
        recognizer = RemoteRecognizer(tmp_path / "s", MeasuringRecognizer("near"), Faults(), 200, 100)
        stream = recognizer.stream()
        stream.accept(SOUND)
        stream.finish()
        recognizer.decode([stream])
        assert stream.final is not None and stream.final.engine == "near"


def test_the_standby_catches_up_piece_by_piece_and_the_partial_waits_for_it(tmp_path: Path) -> None:
    clock = ManualClock()

    def takes_a_while() -> None:
        clock.now_s += 0.03

    recognizer = RemoteRecognizer(tmp_path / "s", MeasuringRecognizer("near", takes_a_while), clock=clock)
    stream = recognizer.stream()
    sound = np.ones(8_000, np.int16)  # two pieces of 480 ms fit into a patience of 40 ms, the second begins in time
    for start in range(0, len(sound), 160):
        stream.accept(sound[start : start + 160])
    recognizer.decode([stream])
    assert stream.partial == Partial() and stream.is_behind
    recognizer.decode([stream])
    assert stream.partial.spoken == said(sound) and not stream.is_behind


def test_of_an_endless_utterance_the_standby_hears_the_last_minutes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicebot.stt.remote.MOST_KEPT_S", 1)
    with serving(MeasuringRecognizer("far"), tmp_path / "s"):
        recognizer = RemoteRecognizer(tmp_path / "s", MeasuringRecognizer("near"))
        stream = recognizer.stream()
        for value in range(250):
            stream.accept(np.full(160, value, np.int16))
            recognizer.decode([stream])
        until(lambda: stream.partial.spoken == said(np.repeat(np.arange(250, dtype=np.int16), 160)), recognizer, stream)
    final = finished(recognizer, stream)
    assert final.spoken == said(np.repeat(np.arange(199, 250, dtype=np.int16), 160)) and final.engine == "near"
    assert final.words[0].start_ms == 199 * 20


# ---- real processes with the bundled recognizer


@pytest.fixture(scope="module")
def bundled() -> BundledRecognizer:
    return BundledRecognizer()


def sound(number: int) -> Samples:
    return SoundFile(CALLS[number % len(CALLS)].path, 8_000).read()


class Process:
    """An inference process, up when it is made."""

    def __init__(self, path: Path) -> None:
        command = [sys.executable, "-m", "voicebot.stt.inference", "--socket", str(path), "--device", "cpu"]
        self.running = subprocess.Popen([*command, "--recognizer", "bundled", "--models", str(path.parent)])
        end = time.monotonic() + 60
        while True:
            with socket.socket(socket.AF_UNIX) as asking:
                if asking.connect_ex(str(path)) == 0 and asking.recv(1):
                    return
            assert self.running.poll() is None and time.monotonic() < end
            time.sleep(0.05)

    def signal(self, number: int) -> None:
        os.kill(self.running.pid, number)

    def end(self) -> None:
        self.running.kill()
        self.running.wait()


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    process = Process(tmp_path / "s")
    yield process
    process.end()


def local_text(bundled: BundledRecognizer, samples: Samples) -> str:
    stream = bundled.stream()
    stream.accept(samples)
    stream.finish()
    bundled.decode([stream])
    assert stream.final is not None
    return stream.final.spoken


def speak(
    recognizer: RemoteRecognizer,
    samples: Samples,
    at_ms: dict[int, Callable[[], None]] | None = None,
) -> tuple[Final, float, list[float]]:
    """Speaks faster than life, 60 ms at a time; the final, how long it took to come, and how long decodes took."""
    stream, took_s = recognizer.stream(), []
    for start in range(0, len(samples), 480):
        for happens_ms, happen in (at_ms or {}).items():
            if start <= happens_ms * 8 < start + 480:
                happen()
        stream.accept(samples[start : start + 480])
        with uncollected():
            began = time.monotonic()
            recognizer.decode([stream])
            took_s.append(time.monotonic() - began)
        time.sleep(0.01)
    with uncollected():
        began = time.monotonic()
        return finished(recognizer, stream), time.monotonic() - began, took_s


@pytest.mark.slow
def test_a_process_hears_what_the_same_recognizer_hears_here(
    process: Process, bundled: BundledRecognizer, tmp_path: Path
) -> None:
    recognizer = RemoteRecognizer(tmp_path / "s", bundled)

    def longest_s(number: int) -> float:
        final, _, took_s = speak(recognizer, sound(number))
        assert final.spoken == local_text(bundled, sound(number))
        return max(took_s)

    for number in range(4):
        assert least(partial(longest_s, number), 0.1) < 0.1
    assert recognizer.is_remote


@pytest.mark.slow
def test_eight_clients_are_heard_in_common_batches(
    process: Process, bundled: BundledRecognizer, tmp_path: Path
) -> None:
    recognizers = [RemoteRecognizer(tmp_path / "s", bundled, deadline_ms=5_000) for _ in range(8)]
    finals: dict[int, Final] = {}

    def call(number: int) -> None:
        finals[number] = speak(recognizers[number], sound(number))[0]

    threads = [threading.Thread(target=call, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in range(8):
        assert finals[number].spoken == local_text(bundled, sound(number))
    assert all(recognizer.is_remote for recognizer in recognizers)
    assert max(recognizer.largest_batch for recognizer in recognizers) >= 3


@pytest.mark.slow
def test_a_kill_in_mid_utterance_is_not_noticed_and_a_new_process_takes_over(
    process: Process, bundled: BundledRecognizer, tmp_path: Path
) -> None:
    faults = Faults()
    recognizer = RemoteRecognizer(tmp_path / "s", bundled, faults)
    final, final_s, took_s = speak(recognizer, sound(0), {1_500: lambda: process.signal(signal.SIGKILL)})
    assert final.spoken == local_text(bundled, sound(0))
    assert final_s < 0.5 and max(took_s) < 0.5
    assert len(faults) == 1 and faults[0][0].endswith("died")
    assert speak(recognizer, sound(1))[0].spoken == local_text(bundled, sound(1))
    again = Process(tmp_path / "s")
    try:
        until(lambda: recognizer.is_remote, recognizer)
        assert speak(recognizer, sound(2))[0].spoken == local_text(bundled, sound(2))
        assert recognizer.is_remote and len(faults) == 1
    finally:
        again.end()


@pytest.mark.slow
@pytest.mark.parametrize("at_ms", [1_500, 10_000])
def test_a_process_that_hangs_costs_at_most_its_deadline(
    at_ms: int, process: Process, bundled: BundledRecognizer, tmp_path: Path
) -> None:
    faults, samples = Faults(), sound(0)
    recognizer = RemoteRecognizer(tmp_path / "s", bundled, faults)
    last_ms = len(samples) // 8 - 1  # just before the end, too
    final, final_s, took_s = speak(recognizer, samples, {min(at_ms, last_ms): lambda: process.signal(signal.SIGSTOP)})
    assert final.spoken == local_text(bundled, samples)
    assert final_s < 1.5 and max(took_s) < 0.5
    assert len(faults) == 1 and faults[0][0].endswith("has not answered for 500 ms")
