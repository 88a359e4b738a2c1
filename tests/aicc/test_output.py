"""The rule of ``--json``: one line on standard output, whatever happens."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from aicc.errors import AiccError
from aicc.output import Answer, answers


class OursUnavailable(RuntimeError):
    """As a room would define it."""


OursUnavailable.__module__ = "voicebot.stt.recognizer"


def run(work, *arguments):
    app = typer.Typer(pretty_exceptions_enable=False)

    @app.callback()
    def several() -> None: ...

    @app.command()
    @answers
    def command(name: str = "x") -> Answer:
        """Help."""
        return work(name)

    return CliRunner().invoke(app, ["command", *arguments])


def fail(error):
    def work(name):
        raise error

    return work


def test_people_read_text_and_programs_read_one_line():
    def work(name):
        return Answer({"name": name, "path": Path("a/b"), "말": "안녕\n\u2028하세요"}, shown=f"hello [red]{name}[/]")

    result = run(work, "--name", "y", "--json")
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 1
    assert json.loads(result.stdout) == {"name": "y", "path": "a/b", "말": "안녕\n\u2028하세요"}
    assert "안녕" in result.stdout
    assert run(work).stdout == "hello [red]x[/]\n"  # what a caller said is no markup


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (AiccError("no model:\n  pull one"), "no model: pull one"),
        (OursUnavailable("no recognizer: install it"), "no recognizer: install it"),
        (FileNotFoundError(2, "x", "call.wav"), 'no file "call.wav": check the path'),
        (PermissionError(13, "x", "call.wav"), 'no permission for "call.wav": check who owns it, or run as that user'),
        (IsADirectoryError(21, "x", "calls"), 'is a directory: "calls"'),
        (OSError(28, "x"), "no space left on device"),
        (KeyboardInterrupt(), "interrupted"),
    ],
)
def test_what_can_happen_is_one_line_and_exit_code_1(error, sentence):
    result = run(fail(error), "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {"error": sentence}
    result = run(fail(error))
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"aicc: {sentence}\n")


def test_a_bug_is_called_one_and_still_one_line():
    result = run(fail(KeyError("x")), "--json")
    assert result.exit_code == 1
    assert "this is a bug in aicc: KeyError: 'x'" in json.loads(result.stdout)["error"]
    assert "Traceback" not in result.stderr


def test_work_that_failed_in_the_end_still_tells_what_it_found():
    result = run(lambda name: Answer({"checks": 3}, shown="three", error="one is bad: mend it"), "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {"checks": 3, "error": "one is bad: mend it"}
    assert run(lambda name: Answer({}, shown="three", error="bad")).stdout == "three\n"


CHATTY = """
import ctypes, os, sys
from aicc.output import Answer, answers
import typer
app = typer.Typer()
@app.command()
@answers
def chatty() -> Answer:
    print("python says hello")
    os.write(1, b"the system says hello\\n")
    ctypes.CDLL(None).puts(b"C says hello, from its buffer")
    return Answer({"quiet": True})
app()
"""


def test_what_libraries_print_goes_to_standard_error(site):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", CHATTY, "--json"]
    result = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert result.stdout == '{"quiet": true}\n'
    for hello in ("python says hello", "the system says hello", "C says hello"):
        assert hello in result.stderr
