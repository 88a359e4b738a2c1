"""``aicc bench web``: with a browser, with light peers, and without either."""

import contextlib
import json
from dataclasses import replace

import pytest

from aicc.simulation import browser, service, usage
from aicc.simulation.browser import BrowserCall
from aicc.simulation.report import Turn
from aicc.simulation.service import Service

TURN = Turn("say", "네", 0, 500, False, voice_to_voice_ms=300.0)


def test_without_a_browser_nothing_is_started(aicc, monkeypatch):
    monkeypatch.setattr(browser.shutil, "which", lambda name: None)
    monkeypatch.setattr(service, "started", None)
    result = aicc("bench", "web", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {"error": "no Chromium on this machine: apt-get install chromium"}


def test_the_figures_are_those_of_the_page(aicc, monkeypatch, tmp_path):
    @contextlib.asynccontextmanager
    async def started(config=None):
        yield Service(tmp_path, pid=1, address="http://127.0.0.1:9")

    async def call_from_page(address, sound, texts, seconds):
        assert sound.is_file() and len(texts) >= 10 and seconds > 60
        return BrowserCall(
            (TURN, replace(TURN, voice_to_voice_ms=400.0), replace(TURN, into_speech=True)), 512.4, 30.04
        )

    async def watch(self, after_s, until_s):
        return None

    monkeypatch.setattr(service, "started", started)
    monkeypatch.setattr(browser, "call_from_page", call_from_page)
    monkeypatch.setattr(browser, "find_chromium", lambda: "chromium")
    monkeypatch.setattr(usage.Usage, "watch", watch)
    result = aicc("bench", "web", "--json")
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert (figures["turns"], figures["measured"]) == (3, 2), "who speaks into the bot's words waits for nothing"
    assert (figures["v2v_p50_ms"], figures["v2v_p95_ms"]) == (350.0, 395.0)
    assert (figures["connected_ms"], figures["browser_held_back_ms"]) == (512, 30.0)


@pytest.mark.slow
@pytest.mark.load
def test_light_peers_are_in_calls_that_have_sound(aicc):
    result = aicc("bench", "web", "--peers", "2", "--seconds", "5", "--json")
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert (figures["calls"], figures["calls_with_sound"]) == (2, 2)
    assert 0 < figures["cores_per_call"] < 0.5
