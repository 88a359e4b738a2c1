"""``aicc demo``: three callers, and what is left of their calls to look at."""

import contextlib
import json

import pytest
import soundfile

from aicc.commands.demo import CALLERS
from aicc.report import told
from aicc.simulation import staffed
from tests.aicc.commands.recorded import CALLERS as FOLDER
from tests.aicc.commands.recorded import report, said
from tests.aicc.report.calls import whole_call
from voicebot.events import AgentJoined, Logged, WrappedUp

NAMES = [name.rpartition("/")[2] for name in CALLERS]


@pytest.fixture
def made(recorded, monkeypatch):
    """Three calls, of which nobody is told while they go on."""

    class Silent:
        def __init__(self, write):
            pass

        def telling(self, service):
            return self

        async def __aenter__(self):
            pass

        async def __aexit__(self, *error):
            pass

    monkeypatch.setattr(told, "Teller", Silent)

    @contextlib.asynccontextmanager
    async def nobody(service, output):
        yield staffed.Staffed()

    monkeypatch.setattr(staffed, "staffed", nobody)

    def made(*more, **how):
        reports = [report(said(250.0 + 50 * number), number=number, script=name) for number, name in enumerate(NAMES)]
        return recorded(*reports[len(more) :], *more, **how)

    return made


def test_what_is_left_of_the_calls(aicc, made, tmp_path):
    service = made()
    result = aicc("demo", "-o", str(tmp_path / "out"), "--json")
    assert result.exit_code == 0
    (line,) = result.stdout.splitlines()
    found = json.loads(line)
    assert found["report"] == str(tmp_path / "out" / "report.html")
    assert found["summary"]["v2v_p50_ms"] == 300.0
    assert [call["script"] for call in found["calls"]] == NAMES
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == sorted([f"{name}.{end}" for name in NAMES for end in ("flac", "txt")] + ["report.html"])
    assert "고객: 배송 조회요" in (tmp_path / "out" / f"{NAMES[0]}.txt").read_text(encoding="utf-8")
    assert soundfile.info(tmp_path / "out" / f"{NAMES[0]}.flac").channels == 2
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "말을 고르느라" in page
    assert "300 ms" in page, "by the callers' ears"
    [started] = service.started
    assert started["data"] is None, "its calls are its own"


def test_the_note_of_a_call_that_an_agent_has_had_is_shown(aicc, made, tmp_path):
    summary = {"issue": "반품을 원함", "actions": ["내일 오전으로 접수함"], "resolution_text": "해결됨"}
    told = [
        *whole_call(),
        AgentJoined("nuri", "answered"),
        WrappedUp(summary, "", "R10", 0.9, slots={"상품": "운동화"}),
    ]
    events = [one if isinstance(one, Logged) else Logged("c", 100 + n, 9_000, one) for n, one in enumerate(told)]
    made().logs[2] = events
    shown = aicc("demo", "-o", str(tmp_path / "out")).stdout
    assert (
        "상담 노트 (asks_for_person)\n문의: 반품을 원함\n조치: 내일 오전으로 접수함\n결과: 해결됨\n상품: 운동화"
        in shown
    )
    assert "처리 코드: R10 (제안, 90%)" in shown
    assert "상담 노트 (noisy_line)" not in shown


def test_what_lies_in_the_folder_stays(aicc, made, tmp_path):
    """The data of a real service, for one."""
    (tmp_path / "data" / "calls").mkdir(parents=True)
    (tmp_path / "data" / "calls" / "precious").write_text("2026")
    made()
    assert aicc("demo", "-o", str(tmp_path)).exit_code == 0
    assert (tmp_path / "data" / "calls" / "precious").exists()


def test_the_callers_meet_the_sample_company_whatever_the_settings_say(aicc, made, tmp_path):
    service = made()
    aicc("demo", "-o", str(tmp_path / "out"))
    settings = service.started[0]["settings"]
    assert settings["AICC_SCENARIO"].endswith("scenarios/nuri")
    assert settings["AICC_RECORDINGS__RECORD"] == "true"
    assert all((FOLDER.parent / f"{name}.yaml").exists() for name in CALLERS)


def test_it_says_how_fast_the_bot_was_and_where_to_look(aicc, made, tmp_path):
    made()
    shown = aicc("demo", "-o", str(tmp_path / "out")).stdout
    assert "3 calls, 3 turns: the bot answered within 300 ms (half of the turns) and 345 ms (95 %)" in shown
    assert f"recordings, transcripts and a page with both: {tmp_path / 'out' / 'report.html'}" in shown


def test_calls_that_were_not_taken_are_told(aicc, made, tmp_path):
    refused = [report(number=number, ended_by="nobody", failures=["no call: busy"]) for number in range(3)]
    made(*refused, recordings=False)
    result = aicc("demo", "-o", str(tmp_path / "out"), "--json")
    assert result.exit_code == 1
    (line,) = result.stdout.splitlines()
    assert json.loads(line)["error"] == "; ".join(["good_line: no call: busy"] * 3)
    assert json.loads(line)["summary"]["v2v_p50_ms"] is None
    assert (tmp_path / "out" / "report.html").exists()


def test_a_folder_that_cannot_be_written(aicc, tmp_path):
    (tmp_path / "file").write_text("")
    result = aicc("demo", "-o", str(tmp_path / "file" / "out"), "--json")
    assert result.exit_code == 1
    (line,) = result.stdout.splitlines()
    assert "not a directory" in json.loads(line)["error"]
