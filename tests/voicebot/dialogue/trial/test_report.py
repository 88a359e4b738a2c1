import json

import pytest
from rich.console import Console

from tests.voicebot.dialogue.trial.cases import played
from voicebot.dialogue.trial import report
from voicebot.dialogue.trial.expect import judge
from voicebot.dialogue.trial.suite import Tried


@pytest.fixture(scope="module")
def tried():
    def one(*talk, **more):
        result = played(*talk, **more)
        for turn, ms in zip(result.turns, (1.0, 2.0, 3.0, 4.0), strict=False):
            turn.thinking_ms = ms
        return Tried(result, tuple(judge(result)), 12.0)

    return [
        one({"bot": "새벽찻집"}),
        one(
            {"caller": "예약 조회하고 싶어요", "confidence": 0.9},
            {"bot": "[주문]번호"},
            {"press": "1234#", "slots": {"예약번호": "4321"}},
            ends="open",
        ),
    ]


def text(shown):
    console = Console(width=200)
    with console.capture() as captured:
        console.print(shown)
    return captured.get()


def test_a_failure_reads_as_the_conversation_with_what_is_wrong_beneath_each_turn(tried):
    assert (
        report.failure(tried[1]).plain
        == """\
✗ 시험  tests/시험.yaml:1
    봇    새벽찻집입니다. 무엇을 도와드릴까요?
    고객  예약 조회하고 싶어요 (0.9)
    봇    예약번호 네 자리를 말씀해 주세요.
      ✗ line 11: bot: "[주문]번호" was not said
    고객  [1234#]
    봇    예약을 볼 수 없어요. 상담사에게 연결할게요.
          GET /bookings/1234 unreachable
      ✗ line 12: slots: 예약번호 is 1234, not 4321
      ✗ line 1: ends: open, but the bot handed the call over
"""
    )


def test_what_is_shown_has_the_failures_and_one_line_for_all(tried):
    shown = text(report.shown(tried, 3.14))
    assert "[주문]번호" in shown
    assert shown.splitlines()[-1] == "1 of 2 passed in 3.1 s; a turn takes 1.5 ms (p50), 2.8 ms (p95)"
    assert text(report.shown(tried[:1], 0.5)) == "all 1 passed in 0.5 s; a turn takes 1.0 ms (p50), 1.0 ms (p95)\n"


def test_as_json(tried):
    data = json.loads(json.dumps(report.data(tried, 3.14)))
    assert (data["passed"], data["failed"], data["turns"], data["seconds"]) == (1, 1, 4, 3.14)
    assert (data["turn_p50_ms"], data["turn_p95_ms"]) == (1.5, 2.85)
    assert data["cases"][0]["misses"] == []
    assert data["cases"][1]["misses"][0] == {"line": 11, "what": 'bot: "[주문]번호" was not said'}


def test_nothing_was_played():
    assert report.turn_times_ms([]) == (0.0, 0.0)
