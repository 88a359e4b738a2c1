"""A service that callers try: how it is started and ended, and what it leaves to look at."""

import asyncio
import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import textwrap
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from aicc.service.calling import calls_socket, calls_taken
from aicc.simulation import service as service_module
from aicc.simulation.report import CallReport
from aicc.simulation.script_file import read_script
from aicc.simulation.service import Service, ServiceGone, ServiceNotStarted, running_or_started, started
from voicebot.events import CallEnded, CallStarted, Logged
from voicebot.link import Accepted, Refused

SAID = {"address": "http://127.0.0.1:9", "telephones": ["sip:127.0.0.1:9"]}
READY = f"print(json.dumps({SAID}), flush=True)"


@pytest.fixture
def serves(monkeypatch, tmp_path):
    """In place of ``aicc serve`` this code runs; what it notes is in the file that is returned."""

    def serves(code):
        head = "import json, os, signal, sys, time\nnoted = open(sys.argv[1], 'ab', buffering=0)\n"
        (tmp_path / "serve.py").write_text(head + textwrap.dedent(code))
        command = [sys.executable, str(tmp_path / "serve.py"), str(tmp_path / "noted")]
        monkeypatch.setattr(service_module, "_command", lambda folder, config: [*command, str(folder), str(config)])
        return tmp_path / "noted"

    return serves


def run(*arguments, **more):
    """What the service is like inside the block."""

    async def inside():
        async with started(*arguments, **more) as service:
            return service, service.data.is_dir()

    return asyncio.run(inside())


def has_gone(pid):
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([process], [], [], 20)[0])
    finally:
        os.close(process)


def report(number=0):
    return CallReport("a", number, 1_000.0, "bot", (), 0)


def test_it_is_there_when_its_address_is_and_gone_behind_the_block(serves):
    notes = """
        chosen = [os.environ["AICC_STORE"], os.environ["AICC_SLOTS"], str(len(os.environ["AICC_API_KEY"]) > 30)]
        noted.write(" ".join(chosen).encode())
    """
    noted = serves(textwrap.dedent(notes) + f"{READY}\ntime.sleep(60)")
    service, was_there = run(settings={"AICC_SLOTS": "7"})
    assert service.address == "http://127.0.0.1:9"
    assert was_there and not service.data.exists(), "its folder is thrown away"
    assert has_gone(service.pid)
    assert noted.read_text() == "null 7 True", "a store of its own, and a key that nobody else has to know"


def test_what_it_logs_goes_to_a_file_that_was_named(serves, tmp_path):
    serves(f"print('ERROR something', file=sys.stderr, flush=True)\n{READY}\ntime.sleep(60)")
    with (tmp_path / "log").open("w+b") as log:
        run(log=log)
    assert (tmp_path / "log").read_text() == "ERROR something\n"


def test_a_folder_that_was_named_stays(serves, tmp_path):
    serves(f"{READY}\ntime.sleep(60)")
    (tmp_path / "data").mkdir()
    run(tmp_path / "data")
    assert (tmp_path / "data").is_dir()


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ('print(json.dumps({"error": "no espeak: install it"}))', "the service did not start: no espeak: install it"),
        ("sys.exit(3)", "the service did not start: it ended without a word"),
        ('print("welcome", flush=True)\ntime.sleep(60)', 'the service did not start: it said "welcome"'),
        ("time.sleep(60)", "the service was not ready in 0 s: see what it says above"),
    ],
)
def test_one_that_does_not_start_says_why(serves, monkeypatch, code, told):
    if code.startswith("time"):
        monkeypatch.setattr(service_module, "START_S", 0.3)
    serves(code)
    with pytest.raises(ServiceNotStarted) as failed:
        run()
    assert str(failed.value) == told


def test_the_second_order_to_end_hangs_up_and_the_third_kills(serves, monkeypatch):
    monkeypatch.setattr(service_module, "STOP_S", 0.2)
    noted = serves(f"""
        times = []
        def asked(*_):
            times.append(1)
            noted.write(b"x")
            if len(times) == 2:
                sys.exit(0)
        signal.signal(signal.SIGTERM, asked)
        {READY}
        while True: time.sleep(1)
    """)
    run()
    assert noted.read_text() == "xx"
    monkeypatch.setattr(service_module, "HANG_UP_S", 0.2)
    serves(f"signal.signal(signal.SIGTERM, signal.SIG_IGN)\n{READY}\nwhile True: time.sleep(1)")
    service, _ = run()
    assert has_gone(service.pid)


def test_it_is_ended_where_the_block_breaks(serves):
    serves(f"{READY}\ntime.sleep(60)")
    pids = []

    async def breaks():
        async with started() as service:
            pids.append(service.pid)
            raise KeyError("callers")

    with pytest.raises(KeyError):
        asyncio.run(breaks())
    assert has_gone(pids[0])


def test_a_process_that_serves_for_another_ends_with_it():
    serving = subprocess.Popen(
        [sys.executable, "-m", "aicc.simulation.served", "--help"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3],
    )  # fmt: skip
    with serving:
        assert "simulate" in serving.stdout.read(), "it is aicc"
    waits = "import aicc.simulation.served as served; served._end_with_stdin()"
    waiting = subprocess.Popen([sys.executable, "-c", waits], stdin=subprocess.PIPE, cwd=Path(__file__).parents[3])
    waiting.stdin.write(b"whatever")
    waiting.stdin.close()
    assert waiting.wait(20) == -signal.SIGTERM


# ---- one that runs already


def test_no_service_runs_there(tmp_path):
    async def ask(data):
        async with running_or_started(data, None):
            pytest.fail("there is none")

    with pytest.raises(ServiceGone, match=f'no service runs with "{tmp_path}": start one with "aicc serve --data '):
        asyncio.run(ask(tmp_path))
    (tmp_path / "run").mkdir()
    import socket

    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(calls_socket(tmp_path)))  # of a service that was killed
    with pytest.raises(ServiceGone):
        asyncio.run(ask(tmp_path))


def test_calls_go_to_the_service_that_runs(tmp_path):
    (tmp_path / "run").mkdir()
    script = tmp_path / "a.yaml"
    script.write_text("called: '1588'\ncaller: '010'\nsteps: [{say: 여보세요}]\n")
    wishes = []

    async def offer(wish):
        wishes.append(wish)
        return Refused("busy") if len(wishes) > 1 else Accepted("c1", str(tmp_path / "media.sock"), 8_000)

    async def call():
        async with calls_taken(calls_socket(tmp_path), offer), running_or_started(tmp_path, None) as service:
            for number in (3, 4):
                with contextlib.suppress(Exception):
                    await service.connect(read_script(script), number)  # nobody listens at the media socket
            return service

    service = asyncio.run(call())
    assert [(wish.caller, wish.called) for wish in wishes] == [("010", "1588")] * 2
    assert service.call_ids == {3: "c1"}
    assert service.folder(report(3)) == tmp_path / "calls" / "c1"
    assert service.folder(report(4)) is None


# ---- what is left of a call


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A service whose call number 0 has this journal."""
    monkeypatch.setattr(service_module, "SEAL_S", 0.2)

    def kept(*events):
        folder = tmp_path / "calls" / "c1"
        folder.mkdir(parents=True)
        lines = [json.dumps(Logged("c1", seq, seq, event).as_json()) for seq, event in enumerate(events)]
        (folder / "events.jsonl").write_text("".join(f"{line}\n" for line in lines))
        return Service(tmp_path, call_ids={0: "c1"}), folder

    return kept


STARTED = CallStarted("in", "wav", "", "", "가게")


def test_the_log_and_the_recording_of_a_call(kept):
    service, folder = kept(STARTED, CallEnded("bot", "done", 900, "recording.flac"))
    (folder / "recording.flac").write_bytes(b"fLaC")
    (folder / "recording.sha256").write_text("0")
    assert [type(one.event) for one in asyncio.run(service.events(report()))] == [CallStarted, CallEnded]
    assert asyncio.run(service.recording(report())) == folder / "recording.flac"


def test_a_call_that_was_not_taken_has_neither(tmp_path):
    service = Service(tmp_path)
    assert asyncio.run(service.events(report())) == []
    assert asyncio.run(service.recording(report())) is None


def test_one_that_is_not_over_is_given_its_time(kept):
    service, folder = kept(STARTED)

    async def look():
        looking = asyncio.ensure_future(service.events(report()))
        await asyncio.sleep(0)
        ended = Logged("c1", 1, 900, CallEnded("bot", "done", 900))
        with (folder / "events.jsonl").open("a") as journal:
            journal.write(json.dumps(ended.as_json()) + "\n")
        return await looking

    assert len(asyncio.run(look())) == 2


@pytest.mark.parametrize("name", [None, "recording.flac.enc"])
def test_no_recording_is_waited_for_where_none_can_be_had(kept, monkeypatch, name):
    """``record: false``, or encrypted at rest."""
    monkeypatch.setattr(service_module, "SEAL_S", 3_600.0)
    service, _ = kept(STARTED, CallEnded("bot", "done", 900, name))
    assert asyncio.run(service.recording(report())) is None


# ---- what it counts


class _Metrics(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self):
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(b'# HELP a b\naicc_bot_frames_total{process="media-1"} 50.0\naicc_up 1e3\n')

    def log_message(self, *arguments):
        pass


def test_metrics_by_their_names():
    http = HTTPServer(("127.0.0.1", 0), _Metrics)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    service = Service(Path("/none"), address=f"http://127.0.0.1:{http.server_address[1]}")
    try:
        assert asyncio.run(service.metrics()) == {'aicc_bot_frames_total{process="media-1"}': 50.0, "aicc_up": 1_000.0}
    finally:
        http.shutdown()
        thread.join()
        http.server_close()
    with pytest.raises(ServiceGone, match="does not answer any more"):
        asyncio.run(service.metrics())
    assert asyncio.run(Service(Path("/none")).metrics()) == {}
