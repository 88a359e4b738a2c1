"""The inference process: one recognizer, on a GPU as a rule, that listens for all media processes of the machine.

``python -m voicebot.stt.inference --socket PATH --recognizer NAME --models DIR --device cpu|cuda:0``. Whatever has come
from any client is decoded in one batch, at most every ``GATHER_MS``; what ends an utterance does not wait for that.
One thread does it all, so that whoever gets no answer knows that the process hangs.
"""

import argparse
import os
import re
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from voicebot.stt import RecognizerUnavailable, open_recognizer
from voicebot.stt import inference_wire as wire
from voicebot.stt.evaluation import warm_up
from voicebot.stt.inference_wire import Kind
from voicebot.stt.recognizer import Partial, Recognizer, Stream

GATHER_MS = 20
LOOK_MS = 500  # how often it looks whether it is to go
MOST_CLIENTS = 256
MOST_STREAMS = 4_096  # of one client
MOST_UTTERANCE_S = 1_800
MOST_READ = 1 << 18  # bytes of one client; with so many undecoded, 16 s of sound, the batch does not wait
MOST_UNREAD = 1 << 20  # bytes that a client leaves lying


class SocketTaken(RuntimeError):
    """Another process listens there, or the path cannot be used."""


class _Utterance:
    """One stream of one client."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.samples = 0
        self.is_finished = False
        self.shown = Partial()


class _Client:
    """One connection. Its queue of answers is bounded: who leaves more than ``MOST_UNREAD`` unread is cut off."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.unpacker = wire.Unpacker(wire.FROM_CLIENTS)
        self.utterances: dict[int, _Utterance] = {}
        self.fresh: dict[int, _Utterance] = {}
        self.messages = self.answered = 0
        self.undecoded = 0  # bytes
        self.unsent = bytearray()


class InferenceServer:
    """Listens at ``path``, a Unix socket for this user alone; raises :class:`SocketTaken`.

    No queue grows without end: sound that comes faster than it is decoded waits in its client's socket, and the
    client is held back by that. Who sends garbage, opens too many streams, talks for half an hour without an end or
    does not read loses his connection and his streams, and nobody else notices.
    """

    def __init__(self, recognizer: Recognizer, path: Path) -> None:
        self._recognizer = recognizer
        self._path = path
        self._listening = _listen(path)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listening, selectors.EVENT_READ)
        self._clients: dict[int, _Client] = {}
        self._welcome = wire.packed_welcome(wire.Welcome(recognizer.name, recognizer.rate_hz))

    def serve(self, may_go: Callable[["InferenceServer"], bool]) -> None:
        """Until ``may_go``, asked at least every ``LOOK_MS``. An error of the recognizer is not caught.

        Who knows what a model or a GPU is good for after an error; a new process is. The clients have their own
        recognizers until then.
        """
        next_batch = 0.0
        try:
            while not may_go(self):
                has_fresh = any(client.messages > client.answered for client in self._clients.values())
                wait_s = max(0.0, next_batch - time.monotonic()) if has_fresh else LOOK_MS / 1000
                for key, events in self._selector.select(wait_s):
                    if key.data is None:
                        self._welcome_client()
                        continue
                    if events & selectors.EVENT_READ:
                        self._read(key.data)
                    if events & selectors.EVENT_WRITE:
                        self._write(key.data)
                if time.monotonic() >= next_batch or self._is_urgent():
                    next_batch = time.monotonic() + GATHER_MS / 1000
                    self._decode()
        finally:
            self.close()

    @property
    def clients(self) -> int:
        return len(self._clients)

    def close(self) -> None:
        for client in list(self._clients.values()):
            self._cut_off(client)
        self._selector.close()
        self._listening.close()
        self._path.unlink(missing_ok=True)

    def _is_urgent(self) -> bool:
        return any(
            client.undecoded >= MOST_READ or any(one.is_finished for one in client.fresh.values())
            for client in self._clients.values()
        )

    def _decode(self) -> None:
        """One batch of whatever is fresh, and every client's answers."""
        asking = [client for client in self._clients.values() if client.messages > client.answered]
        batch = [one.stream for client in asking for one in client.fresh.values()]
        if batch:
            self._recognizer.decode(batch)
        for client in asking:
            for number, one in client.fresh.items():
                final, partial = one.stream.final, one.stream.partial
                if one.is_finished and final is not None:
                    del client.utterances[number]
                    client.unsent += wire.packed_final(number, final)
                elif partial != one.shown:
                    one.shown = partial
                    client.unsent += wire.packed_partial(number, partial)
            client.fresh = {}
            client.answered, client.undecoded = client.messages, 0
            client.unsent += wire.Done(client.messages, len(batch)).packed()
            self._write(client)

    def _welcome_client(self) -> None:
        try:
            connection, _ = self._listening.accept()
        except OSError:  # gone again, or no more files may be opened: it tries again
            return
        if len(self._clients) >= MOST_CLIENTS:
            connection.close()
            return
        connection.setblocking(False)
        client = _Client(connection)
        self._clients[connection.fileno()] = client
        self._selector.register(connection, selectors.EVENT_READ, client)
        client.unsent += self._welcome
        self._write(client)

    def _read(self, client: _Client) -> None:
        try:
            data = client.connection.recv(MOST_READ)
            if not data:
                raise ConnectionResetError
            client.undecoded += len(data)
            for message in client.unpacker.feed(data):
                self._take(client, message)
        except BlockingIOError:
            pass
        except (OSError, wire.Garbage):
            self._cut_off(client)

    def _take(self, client: _Client, message: wire.Message) -> None:
        client.messages += 1
        if message.kind is Kind.DROP:
            client.utterances.pop(message.number, None)
            client.fresh.pop(message.number, None)
            return
        one = client.utterances.get(message.number)
        if one is None:
            if len(client.utterances) >= MOST_STREAMS:
                raise wire.Garbage(f"more than {MOST_STREAMS} streams")
            one = client.utterances[message.number] = _Utterance(self._recognizer.stream())
        if one.is_finished or len(message.payload) % 2:
            raise wire.Garbage("sound after the end, or half a sample")
        if message.kind is Kind.SOUND:
            sound = np.frombuffer(message.payload, "<i2").astype(np.int16, copy=False)
            one.samples += len(sound)
            if one.samples > MOST_UTTERANCE_S * self._recognizer.rate_hz:
                raise wire.Garbage(f"an utterance of more than {MOST_UTTERANCE_S} s")
            one.stream.accept(sound)
        else:
            one.is_finished = True
            one.stream.finish()
        client.fresh[message.number] = one

    def _write(self, client: _Client) -> None:
        try:
            del client.unsent[: client.connection.send(client.unsent)]
        except BlockingIOError:
            pass
        except OSError:
            self._cut_off(client)
            return
        if len(client.unsent) > MOST_UNREAD:
            self._cut_off(client)
            return
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if client.unsent else 0)
        self._selector.modify(client.connection, events, client)

    def _cut_off(self, client: _Client) -> None:
        if self._clients.pop(client.connection.fileno(), None) is not None:
            self._selector.unregister(client.connection)
            client.connection.close()


def _listen(path: Path) -> socket.socket:
    """At this path, whose owner may be a process that has died."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if path.is_socket():
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
                if asking.connect_ex(str(path)) == 0:
                    raise SocketTaken(f"another inference process listens at {path}: stop it, or choose another path")
            path.unlink()
        mask = os.umask(0o177)
        try:
            listening.bind(str(path))
        finally:
            os.umask(mask)
        listening.listen(64)
    except OSError as error:
        listening.close()
        raise SocketTaken(f"cannot listen at {path} ({error.strerror or error}): choose another path") from error
    except SocketTaken:
        listening.close()
        raise
    listening.setblocking(False)
    return listening


def chosen_device(wanted: str) -> str:
    """What ``open_recognizer`` calls ``cpu``, ``cuda`` or ``cuda:N``; of the GPUs this process then sees only that one.

    To be called before any library asks for GPUs. Raises :class:`RecognizerUnavailable`.
    """
    if wanted in ("auto", "cpu", "cuda"):
        return wanted
    if not re.fullmatch(r"cuda:\d+", wanted):
        raise RecognizerUnavailable(f'no device "{wanted}": choose cpu, cuda or cuda:N')
    number, seen = int(wanted.removeprefix("cuda:")), os.environ.get("CUDA_VISIBLE_DEVICES")
    names = seen.split(",") if seen else []
    if names and number >= len(names):
        raise RecognizerUnavailable(f"no {wanted}: CUDA_VISIBLE_DEVICES={seen} shows {len(names)}")
    os.environ["CUDA_VISIBLE_DEVICES"] = names[number] if names else str(number)
    return "cuda"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m voicebot.stt.inference", description=__doc__)
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--recognizer", default="bundled")
    parser.add_argument("--models", type=Path, default=Path("models"))
    parser.add_argument("--device", default="auto")
    parser.add_argument("--parent", type=int, help="process id: when it and all clients have gone, go too")
    arguments = parser.parse_args()
    is_told_to_go = False

    def go(signal_number: int, frame: object) -> None:
        nonlocal is_told_to_go
        is_told_to_go = True

    def may_go(server: InferenceServer) -> bool:
        is_alone = arguments.parent not in (None, os.getppid()) and server.clients == 0
        return is_told_to_go or is_alone

    signal.signal(signal.SIGTERM, go)
    signal.signal(signal.SIGINT, go)
    try:
        recognizer = open_recognizer(arguments.recognizer, arguments.models, chosen_device(arguments.device))
        warm_up(recognizer)
        server = InferenceServer(recognizer, arguments.socket)
    except (RecognizerUnavailable, SocketTaken) as error:
        print(f"inference process: {error}", file=sys.stderr)
        return 2
    server.serve(may_go)
    return 0


if __name__ == "__main__":
    sys.exit(main())
