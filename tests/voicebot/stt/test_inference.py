"""The server alone, with a recognizer that needs no model, and clients that are plain sockets."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from tests.voicebot.stt.measuring_recognizer import MeasuringRecognizer, said
from voicebot.stt import inference_wire as wire
from voicebot.stt.inference import InferenceServer, SocketTaken, chosen_device
from voicebot.stt.inference_wire import FROM_PROCESS, Kind, Message, Unpacker
from voicebot.stt.recognizer import RecognizerUnavailable


@contextmanager
def serving(recognizer: MeasuringRecognizer, path: Path) -> Iterator[InferenceServer]:
    server, leave = InferenceServer(recognizer, path), threading.Event()
    thread = threading.Thread(target=server.serve, args=(lambda _: leave.is_set(),))
    thread.start()
    try:
        yield server
    finally:
        leave.set()
        thread.join()


class PlainClient:
    """Sends messages and waits for answers, blocking, up to 5 s."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(5)
        self.socket.connect(str(path))
        self._unpacker, self._waiting = Unpacker(FROM_PROCESS), list[Message]()
        self.welcome = wire.welcome_of(self.next().payload)

    def send(self, *messages: Message) -> None:
        self.socket.sendall(b"".join(message.packed() for message in messages))

    def next(self) -> Message:
        while not self._waiting:
            data = self.socket.recv(65_536)
            if not data:
                raise ConnectionResetError
            self._waiting += self._unpacker.feed(data)
        return self._waiting.pop(0)

    def final(self) -> wire.Final:
        while (message := self.next()).kind is not Kind.FINAL:
            pass
        return wire.final_of(message.payload)

    def is_cut_off(self) -> bool:
        try:
            while True:
                self.next()
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False


def sound(number: int, samples: int = 480) -> np.ndarray:
    return np.full(samples, number, np.int16)


def spoken(number: int, samples: np.ndarray) -> Message:
    return Message(Kind.SOUND, number, samples.tobytes())


def test_a_client_is_told_who_listens_and_what_was_heard(tmp_path: Path) -> None:
    with serving(MeasuringRecognizer(), tmp_path / "s"):
        client = PlainClient(tmp_path / "s")
        assert client.welcome == wire.Welcome("measuring", 8_000)
        client.send(spoken(1, sound(3)))
        assert wire.partial_of(client.next().payload).spoken == said(sound(3))
        assert wire.done_of(client.next().payload) == wire.Done(1, 1)
        client.send(spoken(1, sound(4)), Message(Kind.FINISH, 1))
        assert client.final().spoken == said(np.concatenate([sound(3), sound(4)]))
        assert wire.done_of(client.next().payload) == wire.Done(3, 1)
        assert (tmp_path / "s").stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "s").exists()


def test_what_all_clients_have_sent_meanwhile_is_decoded_in_one_batch(tmp_path: Path) -> None:
    is_busy, go_on = threading.Event(), threading.Event()

    def decoding() -> None:
        is_busy.set()
        assert go_on.wait(5)

    recognizer = MeasuringRecognizer(decoding=decoding)
    with serving(recognizer, tmp_path / "s"):
        clients = [PlainClient(tmp_path / "s") for _ in range(4)]
        clients[0].send(Message(Kind.FINISH, 99))
        assert is_busy.wait(5)
        for client in clients:
            client.send(spoken(1, sound(1)), spoken(2, sound(2)), Message(Kind.FINISH, 1), Message(Kind.FINISH, 2))
        go_on.set()
        assert clients[0].final().spoken == ""
        for client in clients:
            assert [client.final().spoken for _ in range(2)] == [said(sound(1)), said(sound(2))]
    assert recognizer.batches == [1, 8]


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        spoken(1, sound(1)).packed() + Message(Kind.SOUND, 1, b"odd").packed(),
        Message(Kind.FINISH, 1).packed() * 2,
        bytes(1_000),
    ],
)
def test_who_sends_garbage_is_cut_off_and_nobody_else(garbage: bytes, tmp_path: Path) -> None:
    with serving(MeasuringRecognizer(), tmp_path / "s"):
        honest, other = PlainClient(tmp_path / "s"), PlainClient(tmp_path / "s")
        honest.send(spoken(1, sound(1)))
        other.socket.sendall(garbage)
        assert other.is_cut_off()
        honest.send(spoken(1, sound(2)), Message(Kind.FINISH, 1))
        assert honest.final().spoken == said(np.concatenate([sound(1), sound(2)]))


def test_streams_that_are_dropped_or_whose_client_dies_are_forgotten(tmp_path: Path) -> None:
    with serving(MeasuringRecognizer(), tmp_path / "s") as server:
        client, dying = PlainClient(tmp_path / "s"), PlainClient(tmp_path / "s")
        dying.send(spoken(1, sound(9)))
        client.send(spoken(1, sound(1)))
        dying.next(), client.next()
        client.send(Message(Kind.DROP, 1), spoken(1, sound(5)), Message(Kind.FINISH, 1))
        assert client.final().spoken == said(sound(5))
        dying.socket.close()
        while server.clients == 2:
            client.send(Message(Kind.FINISH, 2))
            assert client.final().spoken == ""


def test_who_does_not_read_is_cut_off_and_nobody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voicebot.stt.inference.MOST_UNREAD", 5_000)
    with serving(MeasuringRecognizer(), tmp_path / "s") as server:
        honest, deaf = PlainClient(tmp_path / "s"), PlainClient(tmp_path / "s")
        number = 0
        while server.clients == 2:
            number += 1
            try:
                deaf.send(*(Message(Kind.FINISH, number * 100 + one) for one in range(100)))
            except OSError:
                break
        honest.send(Message(Kind.FINISH, 1))
        assert honest.final().spoken == ""


def test_a_path_that_another_process_uses_is_refused_and_a_dead_ones_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with serving(MeasuringRecognizer(), path), pytest.raises(SocketTaken, match="another inference process listens at"):
        InferenceServer(MeasuringRecognizer(), path)
    abandoned = socket.socket(socket.AF_UNIX)
    abandoned.bind(str(path))
    abandoned.close()
    InferenceServer(MeasuringRecognizer(), path).close()
    with pytest.raises(SocketTaken, match="cannot listen at"):
        InferenceServer(MeasuringRecognizer(), tmp_path / "none" / "s")


def test_a_device_of_several_is_the_only_one_that_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert chosen_device("cpu") == "cpu" and "CUDA_VISIBLE_DEVICES" not in os.environ
    assert chosen_device("cuda:1") == "cuda" and os.environ["CUDA_VISIBLE_DEVICES"] == "1"
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "GPU-a,GPU-b")
    assert chosen_device("cuda:1") == "cuda" and os.environ["CUDA_VISIBLE_DEVICES"] == "GPU-b"
    with pytest.raises(RecognizerUnavailable, match="no cuda:4: CUDA_VISIBLE_DEVICES=GPU-b shows 1"):
        chosen_device("cuda:4")
    with pytest.raises(RecognizerUnavailable, match='no device "tpu": choose cpu, cuda or cuda:N'):
        chosen_device("tpu")


@pytest.mark.slow
def test_a_process_that_cannot_load_says_why_in_a_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "voicebot.stt.inference", "--socket", str(tmp_path / "s")]
    command += ["--recognizer", "whisper:none", "--models", str(tmp_path), "--device", "cpu"]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert ended.returncode == 2
    assert ended.stderr.startswith('inference process: no model "none" in ') and ended.stderr.count("\n") == 1
