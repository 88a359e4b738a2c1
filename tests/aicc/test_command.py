"""The command as a whole, in a process of its own."""

import json
import os
import resource
import subprocess
import sys

import pytest

from tests.timing import least

ENVIRONMENT = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
HEAVY = ("numpy", "onnxruntime", "pydantic", "httpx", "rich.progress", "yaml", "torch", "voicebot", "tenacity")


def run(*arguments, **options):
    command = [sys.executable, "-m", "aicc", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | ENVIRONMENT, **options)


def test_help_is_instant(site):
    """In processor time, which other work on the machine does not lengthen much; the best of three."""

    def took_s():
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        result = run("--help")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert result.returncode == 0
        assert "models" in result.stdout
        assert "doctor" in result.stdout
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert least(took_s, 0.5) < 0.5


def test_nothing_heavy_is_imported_before_a_command_runs(site):
    code = f"import sys, aicc.command; print([name for name in {HEAVY!r} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ | ENVIRONMENT)
    assert result.stdout == "[]\n", result.stderr


@pytest.mark.parametrize("arguments", [["models", "pull"], ["models", "pull", "--nonsense"], ["nonsense"]])
def test_a_mistake_in_the_command_line_is_one_line_too(site, arguments):
    result = run(*arguments, "--json")
    assert result.returncode == 2
    assert len(result.stdout.splitlines()) == 1
    assert json.loads(result.stdout)["error"]
    assert "Traceback" not in run(*arguments).stderr


def test_success_and_failure_in_json(site):
    result = run("models", "list", "--json")
    assert (result.returncode, result.stdout.count("\n"), result.stderr) == (0, 1, "")
    result = run("models", "pull", "nothing-like-it", "--json")
    assert (result.returncode, list(json.loads(result.stdout))) == (1, ["error"])


def test_korean_comes_out_whatever_the_locale(site, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    result = run("models", "list", "--json", encoding="utf-8")
    assert "한국어" in json.loads(result.stdout)["models"][0]["purpose"]


def test_a_reader_that_leaves_is_no_trouble(site):
    command = f'"{sys.executable}" -m aicc models list | head -1'
    result = subprocess.run(command, shell=True, capture_output=True, text=True, env=os.environ | ENVIRONMENT)
    assert result.stderr == ""
    assert result.stdout.startswith("name")


def test_verbose_logs_to_standard_error_only(site):
    quiet, loud = run("models", "list", "--json"), run("--verbose", "models", "import", "nowhere", "--json")
    assert quiet.stderr == ""
    assert len(loud.stdout.splitlines()) == 1
    very_loud = run("-vv", "models", "import", "nowhere", "--json")
    assert "where it happened" in very_loud.stderr
    assert len(very_loud.stdout.splitlines()) == 1
