"""The whole service with media processes whose calls have no sound: what callers, readers and operators notice."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
import pytest

from aicc.service.calling import CallNotTaken, call_in, calls_socket
from voicebot.events import CallbackBooked, CallEnded, WrappedUp
from voicebot.journal import NAME, read_journal

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
KEY = "a-key-that-is-long-enough"
SERVE = """
import asyncio, json, sys
from aicc.service import helping
from aicc.service.loop import new_loop
from aicc.service.serving import serve
from aicc.settings import Settings
def ready(serving):
    print(json.dumps({"address": serving.address, "key": serving.first_key}), flush=True)
helping.COMMAND = (sys.executable, "-m", "tests.fakes.assist_process")
with asyncio.Runner(loop_factory=new_loop) as runner:
    runner.run(serve(Settings.load(), ready, (sys.executable, "-m", "tests.fakes.media_process")))
"""


class Service:
    def __init__(self, process, data, told):
        self.process, self.data = process, data
        self.address, self.key = told["address"], told["key"]

    def get(self, path):
        return httpx.get(self.address + path, headers={"authorization": f"Bearer {KEY}"}, timeout=10)

    def hang_up(self, call_id):
        headers = {"authorization": f"Bearer {KEY}"}
        httpx.post(f"{self.address}/api/calls/{call_id}/hang_up", headers=headers, timeout=10).raise_for_status()

    def media(self):
        """The media processes' pids."""
        return self.children("tests.fakes.media_process")

    def children(self, of):
        found = set()
        for child in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.Error):  # it is just going
                if of in child.cmdline():
                    found.add(child.pid)
        return found

    def call(self, **variables):
        taken = call_in(calls_socket(self.data), caller="01012345678", called="15880000", variables=variables)
        return asyncio.run(taken).call_id

    def events(self, call_id):
        return self.get(f"/api/calls/{call_id}/events").json()["events"]

    def journal(self, call_id):
        return [logged.event for logged in read_journal(self.data / "calls" / call_id / NAME)]

    def notes(self, call_id):
        path = self.data / "calls" / call_id / NAME
        return [event for event in self.journal(call_id) if isinstance(event, WrappedUp)] if path.exists() else []

    def has_ended(self, call_id):
        path = self.data / "calls" / call_id / NAME
        return path.exists() and any(isinstance(event, CallEnded) for event in self.journal(call_id))


def until(condition, limit_s=30):
    end_s = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end_s
        time.sleep(0.02)


@contextlib.contextmanager
def serving(data, **settings):
    """A service in a process of its own; ended by SIGTERM if the test has not ended it."""
    variables = {"PYTHONPATH": str(ROOT), "AICC_DATA": str(data), "AICC_HTTP": "127.0.0.1:0", "AICC_API_KEY": KEY}
    chosen = {"AICC_SAMPLES": "false", "AICC_MEDIA_PROCESSES": "2", "AICC_ASSIST__ENABLED": "false"} | {
        f"AICC_{name}": str(value) for name, value in settings.items()
    }
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE],
        env=os.environ | variables | chosen,
        cwd=data.parent,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Service(process, data, json.loads(process.stdout.readline()))
    finally:
        process.terminate()
        process.send_signal(signal.SIGINT)  # two of one kind may become one
        try:
            process.wait(20)
        finally:
            process.kill()
            process.stdout.close()


def test_a_call_is_taken_followed_and_kept(tmp_path):
    with serving(tmp_path / "data") as service:
        assert service.get("/ready").status_code == 200
        assert service.key is None  # AICC_API_KEY is there
        call_id = service.call(do="end", events="3")
        until(lambda: service.has_ended(call_id))
        assert [event["type"] for event in service.events(call_id)] == ["call_started", *["dtmf"] * 3, "call_ended"]
        until(lambda: service.get(f"/api/calls/{call_id}").json().get("recording"))
        row = service.get(f"/api/calls/{call_id}").json()
        assert (row["state"], row["ended_by"], row["caller"]) == ("ended", "caller", "01012345678")
        assert service.get(f"/api/calls/{call_id}/recording").content[:4] == b"fLaC"


def test_a_process_killed_in_mid_call_takes_its_own_calls_alone(tmp_path):
    with serving(tmp_path / "data") as service:
        before = service.media()
        lives = service.call()
        dies = service.call(do="die", events="2")
        until(lambda: service.has_ended(dies))
        assert service.journal(dies)[-2].number == "01012345678"
        assert service.journal(dies)[-1].reason == "process_died"
        until(lambda: (service.data / "calls" / dies / "recording.flac").exists())
        until(lambda: len(service.media()) == 2)
        assert len(service.media() & before) == 1
        assert not service.has_ended(lives)
        until(lambda: service.get(f"/api/calls/{dies}").json()["state"] == "ended")
        assert service.get("/health").json()["calls"] == 1
        again = service.call(do="end")
        until(lambda: service.has_ended(again))


def test_slots_are_given_once_and_the_next_caller_hears_busy(tmp_path):
    with serving(tmp_path / "data", SLOTS=2) as service:

        async def call():
            try:
                return (await call_in(calls_socket(service.data), caller="010")).call_id
            except CallNotTaken as refused:
                return refused.reason

        async def calls():
            return await asyncio.gather(*(call() for _ in range(20)))

        answers = asyncio.run(calls())
        assert answers.count("busy") == 16
        assert len(set(answers)) == 5


def test_sigterm_waits_for_running_calls_and_takes_no_more(tmp_path):
    with serving(tmp_path / "data") as service:
        call_id = service.call()
        service.process.terminate()
        until(lambda: service.get("/ready").status_code == 503)
        with pytest.raises(CallNotTaken, match="the service is going down"):
            service.call()
        assert service.process.poll() is None
        service.hang_up(call_id)
        assert service.process.wait(20) == 0
        assert service.has_ended(call_id)


def test_a_second_sigterm_does_not_wait(tmp_path):
    with serving(tmp_path / "data") as service:
        call_id = service.call()
        service.process.terminate()
        until(lambda: service.get("/ready").status_code == 503)
        service.process.send_signal(signal.SIGINT)
        assert service.process.wait(20) == 0
        assert service.journal(call_id)[-1].reason == "stopped"
        assert (service.data / "calls" / call_id / "recording.flac").exists()


def test_the_time_to_drain_is_limited(tmp_path):
    with serving(tmp_path / "data", DRAIN_SECONDS=0) as service:
        call_id = service.call()
        service.process.terminate()
        assert service.process.wait(20) == 0
        assert service.journal(call_id)[-1].reason == "stopped"


def test_a_killed_front_leaves_calls_that_end_themselves_and_the_next_one_finds_them(tmp_path):
    with serving(tmp_path / "data") as service:
        ended = service.call()
        media = service.media()
        service.process.kill()
        service.process.wait()
        until(lambda: service.has_ended(ended), 15)
        until(lambda: not any(psutil.pid_exists(pid) for pid in media), 15)
        assert service.journal(ended)[-1].reason == "stopped"
    with serving(tmp_path / "data") as service:
        until(lambda: service.get(f"/api/calls/{ended}").status_code == 200)
        assert service.get(f"/api/calls/{ended}").json()["state"] == "ended"


def test_everything_killed_at_once_is_made_whole_by_the_next_service(tmp_path):
    with serving(tmp_path / "data") as service:
        call_id = service.call(events="3")
        media = service.media()
        service.process.kill()
        for pid in media:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        service.process.wait()
    with serving(tmp_path / "data") as service:
        until(lambda: service.has_ended(call_id))
        assert [type(event) for event in service.journal(call_id)[-2:]] == [CallbackBooked, CallEnded]
        until(lambda: service.get(f"/api/calls/{call_id}").json().get("state") == "ended")


def test_an_edited_scenario_is_taken_up_and_a_bad_edit_is_not(tmp_path):
    company = tmp_path / "company"
    shutil.copytree(ROOT / "scenarios" / "nuri", company)
    path = company / "scenario.yaml"
    good = path.read_text()
    with serving(tmp_path / "data", SCENARIO=company) as service:
        before = service.media()
        path.write_text("scenario: [")
        until(lambda: service.get("/health").json()["problems"])
        assert service.get("/ready").status_code == 200
        os.kill(next(iter(before)), signal.SIGKILL)  # a process that starts now begins with the last good version
        until(lambda: len(service.media()) == 2 and not service.media() <= before)
        before |= service.media()
        path.write_text(good.replace("scenario: 누리홈쇼핑", "scenario: 새 버전"))
        until(lambda: not service.media() & before, 40)
        renewed = service.call(do="end")
        until(lambda: service.has_ended(renewed))
        assert service.journal(renewed)[0].scenario == "새 버전"
        assert service.get("/health").json()["problems"] == []


def test_calls_are_helped_by_a_process_that_may_die(tmp_path):
    with serving(tmp_path / "data", ASSIST__ENABLED=True) as service:
        until(lambda: service.get("/health").json()["assist"] == "ready")
        first = service.children("tests.fakes.assist_process")
        runs, ends = service.call(events="2"), service.call(do="end")
        until(lambda: service.notes(ends))
        os.kill(*first, signal.SIGKILL)
        until(lambda: service.get("/health").json()["assist"] == "starting")
        missed = service.call(do="end", events="1")
        until(lambda: service.has_ended(missed))
        assert service.get("/ready").status_code == 200
        until(lambda: service.get("/health").json()["assist"] == "ready")
        service.hang_up(runs)
        for call_id in (runs, ends, missed):
            until(lambda: service.notes(call_id))  # noqa: B023
            assert len(service.notes(call_id)) == 1
            until(lambda: service.get(f"/api/calls/{call_id}/assist").json()["wrapup"])  # noqa: B023
        assert service.children("tests.fakes.assist_process").isdisjoint(first)
        service.process.terminate()
        assert service.process.wait(20) == 0


def test_a_second_service_is_refused_and_a_taken_port_is_told(tmp_path):
    def refused(*arguments):
        return subprocess.run(
            [sys.executable, "-c", "import typer; from aicc.commands.serve import serve; typer.run(serve)", *arguments],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )

    with serving(tmp_path / "data") as service, socket.create_server(("127.0.0.1", 0)) as taken:
        second = refused("--data", "data", "--http", "127.0.0.1:0")
        assert second.returncode == 1
        assert f"is in use by another service (process {service.process.pid})" in second.stderr
        port = taken.getsockname()[1]
        third = refused("--data", "other", "--http", f"127.0.0.1:{port}", "--json")
        assert third.returncode == 1
        told = json.loads(third.stdout)["error"]
        assert told == (
            f"nothing can listen at 127.0.0.1:{port}: address already in use: choose another --http, or end who has it"
        )
        assert third.stderr == ""


def test_the_front_imports_no_models(tmp_path):
    code = (
        "import sys, aicc.service.serving\n"
        "from pathlib import Path\n"
        "from aicc.service.scenarios import Scenarios\n"
        f"Scenarios(Path({str(ROOT / 'scenarios' / 'nuri')!r}), {{}}, Path({str(tmp_path / 'copies')!r}))\n"
        "heavy = ('kiwipiepy', 'onnxruntime', 'faster_whisper', 'sherpa_onnx', 'torch', 'chromadb', 'vosk', 'piper')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert done.stdout == "[]\n", done.stderr
