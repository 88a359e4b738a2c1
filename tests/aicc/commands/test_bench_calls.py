"""``aicc bench calls``: its figures, and what they are made of."""

import json

import pytest

from aicc.service import spawned_process
from aicc.simulation import speech, usage
from aicc.simulation.report import Turn
from tests.aicc.commands.recorded import CALLERS, report, said
from tests.aicc.report.calls import logged, whole_call
from voicebot.events import BotInterrupted

PROMISED = {
    "calls", "turns", "v2v_p50_ms", "v2v_p95_ms", "barge_in_p95_ms", "late_frames", "cores", "loop_lag_p95_ms"
}  # fmt: skip
TOLD = {
    'aicc_bot_frames_total{process="media-1"}': 6_000.0,
    'aicc_bot_frames_total{process="media-2"}': 4_000.0,
    'aicc_bot_frames_created{process="media-1"}': 1.7e9,
    'aicc_late_frames_total{process="media-1"}': 3.0,
    'aicc_late_frames_total{process="media-2"}': 2.0,
    'aicc_loop_lag_ms{process="media-1"}': 1.5,
    'aicc_loop_lag_ms{process="media-2"}': 2.5,
    'aicc_loop_lags_ms_bucket{le="1.0",process="media-1"}': 9.0,
}


@pytest.fixture
def bench(aicc, recorded, monkeypatch):
    """The figures of calls that have been made, without the time that they took."""
    monkeypatch.setattr(speech.Speech, "part", lambda self, script: None)
    monkeypatch.setattr(spawned_process, "PING_PAUSE_S", 0.0)
    watched = []

    async def watch(self, after_s, until_s):
        watched.append((after_s, until_s))

    monkeypatch.setattr(usage.Usage, "watch", watch)
    samples = [
        usage.Sample(at_s, cpu_s, memory_mb, 40, 3)
        for at_s, cpu_s, memory_mb in ((0, 50.0, 300.0), (10, 52.0, 310.0), (20, 56.0, 341.0))
    ]

    def bench(*reports, arguments=(), exit_code=0, **more):
        bench.made = recorded(*reports, **({"told": TOLD} | more))
        monkeypatch.setattr(usage.Usage, "__init__", lambda self, pid: setattr(self, "samples", samples))
        result = aicc("bench", "calls", "--json", *arguments)
        assert result.exit_code == exit_code, result.output
        (line,) = result.stdout.splitlines()
        return json.loads(line)

    bench.watched = watched
    return bench


def test_the_figures_are_those_of_the_callers_and_of_the_service(bench):
    cut_in = Turn("cut_in", "아니", 0, 500, True, voice_to_voice_ms=500.0, barge_in_ms=180.0)
    keys = Turn("keys", "1#", 0, 500, False, voice_to_voice_ms=9_000.0)
    figures = bench(
        report(said(200.0), said(300.0), keys), report(said(400.0), cut_in, number=1), arguments=["--calls", "2"]
    )
    assert set(figures) >= PROMISED
    assert (figures["calls"], figures["calls_made"], figures["turns"]) == (2, 2, 5)
    assert (figures["v2v_p50_ms"], figures["v2v_p95_ms"]) == (350.0, 485.0), "keys are no voice"
    assert figures["barge_in_p95_ms"] == 180.0
    assert figures["late_frames"] == 0.0005, "of the frames that have left, by the service's own count"
    assert figures["bot_frames"] == 10_000
    assert figures["late_frames_heard"] == 0.002
    assert figures["loop_lag_p95_ms"] == 2.5, "of the process that has it worst"
    assert (figures["cores"], figures["cores_per_call"]) == (0.3, 0.15)
    assert (figures["memory_mb"], figures["memory_growth"], figures["open_files_growth"]) == (341.0, 0.1, 0)
    assert figures["failed"] == {}


def test_cores_are_counted_while_all_callers_are_at_it(bench):
    bench(report(), arguments=["--calls", "50", "--seconds", "30"])
    [(after_s, until_s)] = bench.watched
    assert (after_s, until_s) == (49 * 0.04, 30.0)
    [(_, schedule)] = bench.made.asked
    assert (schedule.calls, schedule.every_ms, schedule.seconds) == (50, 40, 30.0)


def test_there_are_slots_for_all_in_the_default_layout(bench):
    bench(report(), arguments=["--calls", "3"])
    assert bench.made.started == [{"data": None, "config": None, "settings": {"AICC_SLOTS": "40"}}]
    bench(report(), arguments=["--calls", "120"])
    assert bench.made.started[0]["settings"] == {"AICC_SLOTS": "120"}


def test_a_cough_behind_which_the_bot_gave_up_is_a_false_stop(bench):
    cough = Turn("cough", "", 1_000, 1_400, True, paused=True, resume_ms=300.0)
    given_up = logged(*((one.at_ms, one.event) for one in whole_call()), (1_300, BotInterrupted(1, "주문", "주")))
    figures = bench(report(cough), report(cough, number=1), logs={1: given_up}, arguments=["--calls", "2"])
    assert (figures["false_stop_share"], figures["resume_p95_ms"]) == (0.5, 300.0)


def test_what_did_not_happen_has_no_figure(bench):
    figures = bench(report())
    assert figures["v2v_p95_ms"] is None and figures["barge_in_p95_ms"] is None
    assert figures["turns"] == 0


def test_failures_are_counted(bench):
    lost = [report(number=number, failures=["the bot fell silent"]) for number in range(3)]
    busy = report(number=3, ended_by="nobody", failures=["no call: busy"])
    assert bench(*lost, busy)["failed"] == {"the bot fell silent": 3, "no call: busy": 1}


def test_where_no_call_was_taken_nothing_was_measured(bench):
    refused = [report(number=number, ended_by="nobody", failures=["no call: busy"]) for number in range(3)]
    assert bench(*refused, exit_code=1)["error"] == "no call: busy"


def test_what_people_see(aicc, bench, monkeypatch):
    bench(report(said(250.0)))
    shown = aicc("bench", "calls").stdout
    assert "v2v_p50_ms             250.0" in shown
    assert "barge_in_p95_ms        -" in shown


@pytest.mark.parametrize(
    ("script", "what"), [("none.yaml", "none.yaml"), (".", "no scripts in this folder: name a folder of YAML scripts")]
)
def test_scripts_that_are_none_are_one_line(aicc, tmp_path, script, what):
    result = aicc("bench", "calls", "--script", str(tmp_path / "scripts" / script), "--json")
    (tmp_path / "scripts").mkdir(exist_ok=True)
    result = aicc("bench", "calls", "--script", str(tmp_path / "scripts" / script), "--json")
    assert result.exit_code == 1
    (line,) = result.stdout.splitlines()
    assert what in json.loads(line)["error"]


@pytest.mark.load
@pytest.mark.slow
def test_callers_are_served_and_what_they_cost_is_sane(aicc):
    script = str(CALLERS / "person.yaml")  # a short one: who has begun is heard to the end
    result = aicc("bench", "calls", "--calls", "2", "--seconds", "8", "--script", script, "--json")
    assert result.exit_code == 0, result.output
    (line,) = result.stdout.splitlines()
    figures = json.loads(line)
    assert set(figures) >= PROMISED
    assert figures["calls"] == 2 and figures["calls_made"] >= 2 and figures["turns"] >= 2
    assert 100 < figures["v2v_p50_ms"] <= figures["v2v_p95_ms"] < 5_000
    assert figures["bot_frames"] > 200
    assert 0 <= figures["late_frames"] < 0.5
    assert 0.005 < figures["cores"] < 2, "of the calls: starting the service takes more than that"
    assert 0 < figures["loop_lag_p95_ms"] < 200
    assert figures["memory_mb"] > 100 and figures["processes"] >= 3
    assert figures["failed"] == {}
