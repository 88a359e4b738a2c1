import asyncio
import contextlib
import os
import select
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import httpx
import pytest

from voicebot.dialogue import samples as samples_module
from voicebot.dialogue.samples import SampleFailed, samples
from voicebot.dialogue.scenario.flow import Service

SERVES = """
    import os, socketserver, sys
    from http.server import BaseHTTPRequestHandler
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200); self.end_headers(); self.wfile.write(str(os.getpid()).encode())
        def log_message(self, *arguments): pass
    server = socketserver.TCPServer(("127.0.0.1", 0), Answer)
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    print("x" * 1_000_000)
    server.serve_forever()
"""


@pytest.fixture
def service(tmp_path):
    """Makes a service whose sample runs this code."""

    def make(code, *command):
        (tmp_path / "sample.py").write_text(textwrap.dedent(code))
        return Service(url="http://127.0.0.1:9", start=[*(command or ["python", "sample.py"])])

    return make


async def ask(address):
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.get(address)).text


def has_gone(pid):
    """Whether the process has ended, or does within seconds: a signal takes its time."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([process], [], [], 20)[0])
    finally:
        os.close(process)


def start(services, folder, copies=1, then=None):
    """What the samples answer, process ids; they must have gone afterwards."""

    async def run():
        async with samples(services, folder, copies) as started:
            pids = [{name: int(await ask(at)) for name, at in copy.items()} for copy in await started.addresses()]
            if then:
                then(pids)
            return pids

    return asyncio.run(run())


def test_a_sample_answers_and_goes(service, tmp_path):
    [copy] = start({"주문": service(SERVES), "다른": Service(url="http://127.0.0.1:9")}, tmp_path)
    assert set(copy) == {"주문"}
    assert has_gone(copy["주문"])


def test_copies_are_processes_of_their_own(service, tmp_path):
    copies = start({"주문": service(SERVES)}, tmp_path, copies=3)
    assert len({copy["주문"] for copy in copies}) == 3


def test_it_goes_when_its_user_breaks(service, tmp_path):
    pids = []

    def break_down(copies):
        pids.extend(copies)
        raise KeyError("user")

    with pytest.raises(KeyError):
        start({"주문": service(SERVES)}, tmp_path, then=break_down)
    assert has_gone(pids[0]["주문"])


def test_one_that_will_not_go_is_killed(service, tmp_path, monkeypatch):
    monkeypatch.setattr(samples_module, "STOP_LIMIT_S", 0.1)
    deaf = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + textwrap.dedent(SERVES)
    [copy] = start({"주문": service(deaf)}, tmp_path)
    assert has_gone(copy["주문"])


def test_its_children_go_with_it(service, tmp_path):
    parent = """
        import subprocess, sys
        child = subprocess.Popen([sys.executable, "child.py"])
        child.wait()
    """
    (tmp_path / "child.py").write_text(textwrap.dedent(SERVES))
    [copy] = start({"주문": service(parent)}, tmp_path)
    assert has_gone(copy["주문"])


@pytest.mark.parametrize(
    ("code", "command", "said"),
    [
        ("print('welcome')", (), 'it printed "welcome" instead of its address'),
        ("import sys; sys.exit('no database')", (), "it ended with 1 (no database): try python sample.py"),
        ("", ("no-such-program",), '"no-such-program": no such file or directory: check `start` in scenario.yaml'),
        ("import time; time.sleep(60)", (), "it said nothing for 0 s"),
    ],
)
def test_what_does_not_start_says_why(service, tmp_path, monkeypatch, code, command, said):
    if "sleep" in code:
        monkeypatch.setattr(samples_module, "START_LIMIT_S", 0.2)
    with pytest.raises(SampleFailed) as failed:
        start({"주문": service(code, *command)}, tmp_path)
    assert str(failed.value).startswith('the sample of service "주문" did not start: ')
    assert said in str(failed.value)


@contextlib.contextmanager
def used(service, folder):
    """A process that uses a sample of the service, and the sample's process id."""
    program = f"""
        import asyncio
        from pathlib import Path
        from tests.voicebot.dialogue.test_samples import ask
        from voicebot.dialogue.scenario.flow import Service
        from voicebot.dialogue.samples import samples
        services = {{"주문": Service(url="http://127.0.0.1:9", start={service.start!r})}}
        async def run():
            async with samples(services, Path({str(folder)!r})) as started:
                [addresses] = await started.addresses()
                print(await ask(addresses["주문"]), flush=True)
                await asyncio.Event().wait()
        asyncio.run(run())
    """
    (folder / "user.py").write_text(textwrap.dedent(program))
    root = str(Path(__file__).parents[3])
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([root, *filter(None, sys.path)])}
    user = subprocess.Popen(
        [sys.executable, folder / "user.py"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    )
    try:
        pid = int(user.stdout.readline())
        os.kill(pid, 0)  # it runs
        yield user, pid
    finally:
        user.kill()
        user.communicate(timeout=60)


def test_termination_takes_the_samples_along(service, tmp_path):
    """A build server ends a run with SIGTERM: nothing may stay behind."""
    with used(service(SERVES), tmp_path) as (user, pid):
        user.send_signal(signal.SIGTERM)
        assert has_gone(pid)


def test_whoever_is_killed_closes_the_input_of_the_samples(service, tmp_path):
    ends_with_its_user = """
        import os, threading
        threading.Thread(target=lambda: (os.read(0, 1), os._exit(0)), daemon=True).start()
    """
    with used(service(textwrap.dedent(ends_with_its_user) + textwrap.dedent(SERVES)), tmp_path) as (user, pid):
        user.kill()
        assert has_gone(pid)
