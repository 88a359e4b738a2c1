"""In a process of its own: standard output is what this is about."""

import json
import os
import subprocess
import sys

ENVIRONMENT = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def run(body, opening="with json_lines() as write, failures_told(write):", **options):
    program = f"""
import asyncio, ctypes, os, sys, typer
from aicc.errors import AiccError
from aicc.lines import failures_told, json_lines
app = typer.Typer(pretty_exceptions_enable=False)
@app.command()
def command():
  {opening}
{body}
app()
"""
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=os.environ | ENVIRONMENT, **options
    )


def test_only_lines_reach_standard_output():
    result = run("""
    print("chatter")
    write({"text": "하나\\u2028"})
    os.write(1, b"from the system\\n")
    ctypes.CDLL(None).puts(b"from C")
    write({"text": "둘"})
""")
    assert [json.loads(line)["text"] for line in result.stdout.splitlines()] == ["하나\u2028", "둘"]
    assert "chatter" in result.stderr
    assert "from C" in result.stderr
    assert result.returncode == 0


def test_a_line_is_there_at_once():
    """A program that reads the lines answers them."""
    result = run("""
    write({"n": 1})
    os._exit(0)
""")
    assert json.loads(result.stdout) == {"n": 1}


def test_a_failure_is_the_last_line():
    result = run('    write({"n": 1})\n    raise AiccError("no such thing: look elsewhere")')
    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        {"n": 1},
        {"error": "no such thing: look elsewhere"},
    ]
    assert (result.returncode, result.stderr) == (1, "")


def test_what_nobody_foresaw_is_one_line_too():
    result = run("    raise ZeroDivisionError('x')")
    assert json.loads(result.stdout)["error"].startswith("this is a bug in aicc: ZeroDivisionError: x")
    assert "Traceback" not in result.stderr


def test_termination_and_interruption_leave_no_traceback():
    stopped = run("    raise asyncio.CancelledError")
    assert (stopped.returncode, stopped.stderr) == (143, "")
    interrupted = run("    raise KeyboardInterrupt")
    assert json.loads(interrupted.stdout) == {"error": "interrupted"}


def test_for_people_it_is_a_line_on_standard_error():
    result = run("    raise AiccError('no such thing')", opening="with failures_told(None):")
    assert (result.stdout, result.returncode) == ("", 1)
    assert result.stderr == "aicc: no such thing\n"


def test_standard_output_may_be_closed():
    result = run('    write({"n": 1})\n    print("here", file=sys.stderr)', preexec_fn=lambda: os.close(1))
    assert result.returncode == 0
