"""In a process of its own, as people and programs start it, with a mind that needs no models."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.slow  # processes of their own

TEAHOUSE = ROOT / "tests" / "voicebot" / "dialogue" / "trial" / "teahouse"
PROGRAM = """
import typer
from aicc.commands.chat import chat
from tests.fakes.mind import open_fake_mind
from aicc import mind
mind.open_mind = open_fake_mind
app = typer.Typer(pretty_exceptions_enable=False)
app.command()(chat)
app()
"""
COMMAND = [sys.executable, "-c", PROGRAM]
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])}


def run(*arguments, typed=b"", **options):
    command = [*COMMAND, *map(str, arguments)]
    result = subprocess.run(command, input=typed, capture_output=True, env=ENVIRONMENT, timeout=240, **options)
    return result.returncode, result.stdout.decode(), result.stderr.decode()


def test_a_call_over_pipes_asks_the_sample_service(site):
    typed = "예약 조회하고 싶어요\n/1234#\n".encode()
    code, out, errors = run(TEAHOUSE, "--json", "--caller", "010-1234-5678", typed=typed)
    assert (code, errors) == (0, "")
    log = [json.loads(line) for line in out.splitlines()]
    assert [event["status"] for event in log if event["type"] == "service_called"] == [200, 200]
    assert (log[-1]["type"], log[-1]["by"]) == ("call_ended", "caller")


@contextlib.contextmanager
def started(*arguments):
    """Killed at the end, if a test has not seen to it that it goes."""
    process = subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,  # what is read ahead here would be lost to communicate()
        env=ENVIRONMENT,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_program_waits_for_each_answer_before_it_goes_on(site):
    with started(TEAHOUSE, "--json") as process:
        events = (json.loads(line) for line in process.stdout)
        for text in ("예약 조회하고 싶어요", "상담사 연결해 주세요"):
            next(event for event in events if event["type"] == "bot_finished")
            process.stdin.write(f"{text}\n".encode())
            assert next(event for event in events if event["type"] == "turn_ended")["written"] == text
        assert next(event for event in events if event["type"] == "call_ended")["by"] == "bot"
        process.communicate(timeout=120)
        assert process.returncode == 0


def test_standard_input_may_be_closed(site):
    code, out, _ = run(TEAHOUSE, "--json", preexec_fn=lambda: os.close(0))
    assert code == 0
    assert json.loads(out.splitlines()[-1])["type"] == "call_ended"


def test_for_a_person(site):
    code, out, errors = run(TEAHOUSE, "--verbose", "--outbound", "--var", "이름=김영희", typed="예약\n".encode())
    assert (code, errors) == (0, "")
    assert out.startswith("      ▶ 인사\n봇    새벽찻집입니다.")
    assert "고객  예약" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "no scenario.yaml here"),
        ([TEAHOUSE, "--var", "이름"], '"이름" is no variable: write --var KEY=VALUE'),
    ],
)
def test_mistakes_are_one_line(site, arguments, said):
    code, out, errors = run(*arguments)
    assert (code, out, errors.count("\n")) == (1, "", 1)
    assert said in errors
    code, out, errors = run(*arguments, "--json")
    assert (code, errors) == (1, "")
    assert said in json.loads(out)["error"]


def test_termination_ends_the_call_and_its_sample(site):
    with started(TEAHOUSE, "--json") as process:
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        out, errors = process.communicate(timeout=120)
    last = json.loads(out.splitlines()[-1])
    assert (last["type"], last["reason"]) == ("call_ended", "stopped")
    assert (process.returncode, errors) == (143, b"")
