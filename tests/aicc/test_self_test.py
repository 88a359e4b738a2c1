"""``aicc doctor --self-test``: the product tries itself out."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Response

from aicc import self_test
from aicc.self_test import NotRight, Tried, served_page

PAGE = '<link rel="stylesheet" href="/desk/assets/a.css"><script src="assets/a.js"></script><a href="/desk/other"></a>'
CSS, JS = ("p {}", "text/css; charset=utf-8"), ("1", "text/javascript")


def look_at(files: dict[str, tuple[str, str]]) -> str:
    """What the check finds at a service of these files, by path: text and kind."""
    app = FastAPI()
    for path, (text, kind) in files.items():
        app.get(path)(lambda text=text, kind=kind: Response(text, media_type=kind))

    async def look() -> str:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
            return await served_page(http, "/desk/")

    return asyncio.run(look())


def test_a_page_and_all_that_it_loads() -> None:
    files = {"/desk/": (PAGE, "text/html"), "/desk/assets/a.css": CSS, "/desk/assets/a.js": JS}
    assert look_at(files) == "/desk/ is served, with 2 files"


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({}, r'/desk/ answers 404: \{"detail"'),
        ({"/desk/": ("<p>", "text/html")}, "a page without a script"),
        ({"/desk/": (PAGE, "text/html"), "/desk/assets/a.css": CSS}, r"wants assets/a.js, which answers 404"),
        (
            {"/desk/": (PAGE, "text/html"), "/desk/assets/a.css": CSS, "/desk/assets/a.js": (PAGE, "text/html")},
            "wants assets/a.js, which answers 200 with text/html",
        ),
    ],
)
def test_a_page_that_a_browser_could_not_use(files: dict[str, tuple[str, str]], why: str) -> None:
    with pytest.raises(NotRight, match=why):
        look_at(files)


@pytest.fixture
def tried(monkeypatch):
    """Lets a test say what comes out."""

    def tried(*outcomes: Tried) -> None:
        async def stand_in(settings, log):
            log.write(b"WARNING the disk is full\n")
            for outcome in outcomes:
                yield outcome

        monkeypatch.setattr(self_test, "self_test", stand_in)

    return tried


def test_a_line_for_each_check(aicc, tried):
    tried(Tried("service", True, "started in 9 s"), Tried("call", True, "a caller said"))
    result = aicc("doctor", "--self-test")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == ["✓ service: started in 9 s", "✓ call: a caller said"]
    assert result.stderr == "", "what the service says is of no interest where all is well"


def test_what_fails_is_named_with_what_the_service_said(aicc, tried):
    tried(Tried("service", True, "started"), Tried("call", False, "the bot did not say"))
    result = aicc("doctor", "--self-test")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[1] == "✗ call: the bot did not say"
    assert result.stderr.splitlines() == ["WARNING the disk is full", "aicc: the self-test failed: call"]


def test_the_outcome_as_one_line(aicc, tried):
    tried(Tried("service", False, "no port"))
    result = aicc("doctor", "--self-test", "--json")
    (line,) = result.stdout.splitlines()
    checks = [{"name": "service", "passed": False, "told": "no port"}]
    assert json.loads(line) == {"passed": False, "checks": checks, "error": "the self-test failed: service"}


@pytest.mark.load
def test_it_really_calls_whatever_the_installation_has_chosen(site: Path) -> None:
    """Settings of the site do not lead it astray, and its data are not touched."""
    (site / "aicc.yaml").write_text("http: 203.0.113.1:1\nslots: 1\nscenario: nowhere\nsip: {listen: 203.0.113.1:2}\n")
    ended = subprocess.run(
        [sys.executable, "-m", "aicc", "doctor", "--self-test", "--json"],
        cwd=site,
        env={**os.environ, "AICC_DATA": str(site / "precious"), "AICC_STORE": "postgresql://203.0.113.1/none"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    checks = {check["name"]: check for check in json.loads(ended.stdout)["checks"]}
    assert list(checks) == ["parts", "service", "caller's page", "agents' panel", "call", "recording", "helpers"]
    failed = {name: check["told"] for name, check in checks.items() if not check["passed"]}
    # where the panel was left out, the self-test says so and nothing else
    assert set(failed) <= {"agents' panel"}, failed
    assert not failed or "not built" in failed["agents' panel"]
    assert sorted(path.name for path in site.iterdir()) == ["aicc.yaml"]
