"""``aicc bench assist``: its figures, out of the logs of calls."""

import asyncio
import json

import pytest

from aicc.commands import bench_assist as module
from aicc.commands.bench_assist import of_logs
from aicc.simulation import remains, speech
from tests.aicc.commands.recorded import report, said
from voicebot.events import CallEnded, CallStarted, Logged, Suggested, TranscriptFinal, TranscriptPartial, WrappedUp

CALL = "01900000-0000-7000-8000-000000000001"
STARTED = CallStarted("in", "sip", "01012345678", "15881234", "누리")
ENDED = CallEnded("caller", "hung_up", 5_000)


def note(cause):
    return WrappedUp({}, "", "", 0.0, cause=cause)


def partial(turn):
    return TranscriptPartial("caller", turn, "배송", "배송", 1)


def final(turn):
    return TranscriptFinal("caller", turn, "배송비", "배송비", (), "test")


def log(*timed):
    return [Logged(CALL, seq, at_ms, event) for seq, (at_ms, event) in enumerate(timed)]


WHOLE = log(
    (0, STARTED),
    (1_000, partial(1)),
    (1_050, Suggested(1, (), 3, cause=1)),  # while he speaks, and it stays
    (1_200, final(1)),
    (3_000, final(2)),
    (3_080, Suggested(2, (), 3, cause=4)),
    (5_000, ENDED),
    (5_400, note(6)),
)


def test_from_the_final_words_to_the_suggestion_and_from_the_end_to_the_note():
    figures = of_logs([WHOLE])
    assert figures == {
        "turns_with_suggestions": 2,
        "before_final": 1,
        "suggestions_after_final": 1,
        "suggestion_p50_ms": 80.0,
        "suggestion_p95_ms": 80.0,
        "notes": 1,
        "note_p50_ms": 400.0,
        "note_p95_ms": 400.0,
        "calls_without_note": 0,
        "suggested_twice": 0,
    }


def test_what_is_missing_and_what_is_there_twice():
    twice = log((0, STARTED), (10, final(1)), (20, Suggested(1, (), 3, cause=1)), (30, Suggested(1, (), 3, cause=1)))
    figures = of_logs([twice, WHOLE[:7]])
    assert (figures["suggested_twice"], figures["calls_without_note"], figures["note_p95_ms"]) == (1, 1, None)
    assert of_logs([])["suggestion_p95_ms"] is None


@pytest.fixture
def bench(aicc, recorded, monkeypatch):
    """The service's health is what ``states`` say, one after the other."""
    monkeypatch.setattr(speech.Speech, "part", lambda self, script: None)
    sleep = asyncio.sleep

    async def no_sleep(_s):
        await sleep(0)

    monkeypatch.setattr(asyncio, "sleep", no_sleep)

    def bench(*reports, states=("ready",), exit_code=0, **more):
        left = list(states)

        async def health(service):
            return {"assist": left.pop(0) if len(left) > 1 else left[0]}

        monkeypatch.setattr(remains, "health", health)
        bench.made = recorded(*reports, **more)
        result = aicc("bench", "assist", "--json", "--calls", "2", "--seconds", "5")
        assert result.exit_code == exit_code, result.output
        [line] = result.stdout.splitlines()
        return json.loads(line)

    return bench


def test_callers_call_once_helpers_are_there_and_late_notes_are_waited_for(bench):
    grown = [WHOLE[:7], WHOLE[:7], WHOLE]

    class Logs(dict):
        def get(self, number, default=None):
            return grown.pop(0) if len(grown) > 1 else grown[0]

    figures = bench(report(said(300.0)), states=("starting", "ready"), logs=Logs())
    assert (figures["calls"], figures["calls_made"], figures["notes"]) == (2, 1, 1)
    [schedule] = [schedule for _, schedule in bench.made.asked]
    assert schedule.calls == 2
    assert bench.made.started[0]["settings"] == {"AICC_SLOTS": "40"}


def test_where_nobody_helps_it_says_so(bench, monkeypatch):
    monkeypatch.setattr(module, "HELP_S", 0.05)
    told = bench(report(said(300.0)), states=("starting",), exit_code=1)
    assert "no helper was ready after 0 s" in told["error"]


def test_a_call_without_a_note_is_counted(bench, monkeypatch):
    monkeypatch.setattr(module, "NOTES_S", 0.0)
    figures = bench(report(said(300.0)), logs={0: WHOLE[:7]})
    assert figures["calls_without_note"] == 1
