import asyncio
import shutil
from pathlib import Path

import pytest

from tests.fakes.clock import VirtualClock
from tests.fakes.mind import open_fake_mind
from voicebot.dialogue.heard import Heard
from voicebot.dialogue.line import Caller, HungUp
from voicebot.doors.chat import LONGEST_TURN_CHARS, Chat, typed
from voicebot.events import type_of
from voicebot.log import EventLog

PRIVATE = """
flow: 결제
about: 카드로 결제합니다
examples: [카드로 결제할게요]
slots:
  카드: {type: digits, lengths: [4], ask: 카드 번호 네 자리요?, confirm: never}
  확인: {type: digits, lengths: [4], ask: 한 번 더요?, confirm: never}
steps:
  - recording: pause
  - ask: 카드
  - say: "{카드}번이군요."
  - ask: 확인
  - recording: resume
  - say: 결제했어요.
"""
TEAHOUSE = Path(__file__).parents[1] / "dialogue" / "trial" / "teahouse"


def call(*lines, typing_ms=0, folder=TEAHOUSE):
    """The log of a call in which the caller types these lines; what is an exception is raised instead."""
    clock = VirtualClock()
    log = EventLog("call", clock.now_ms)
    rest = iter(lines)

    async def next_turn(asked):
        clock.pass_ms(typing_ms)
        line = next(rest, HungUp())
        if isinstance(line, BaseException):
            raise line
        return typed(line)

    async def hold():
        mind = await open_fake_mind(folder)
        try:
            return await Chat(mind, Caller("010-1234-5678"), log, next_turn).run()
        finally:
            await mind.services.close()

    try:
        return asyncio.run(hold()), log.read()
    except BaseException as error:
        error.log = log.read()
        raise


def of(log, kind):
    return [logged.event for logged in log if type_of(logged.event) == kind]


def test_what_is_typed():
    assert typed("배송 조회요") == Heard.of("배송 조회요", source="typed")
    assert typed("  ") is None
    assert typed("\0\t") is None
    assert typed("/1234#") == Heard.of("1234#", source="dtmf")
    assert typed("/도움말").spoken == "/도움말"
    assert typed("네\0요").spoken == "네 요"


def test_nobody_says_more_than_a_person_can_in_one_breath(caplog):
    assert len(typed("가" * 100_000).spoken) == LONGEST_TURN_CHARS
    assert "100000 characters" in caplog.text


def test_the_whole_log_of_a_call_in_order():
    ending, log = call("예약 조회하고 싶어요", "/12", typing_ms=500)
    assert ending is None
    assert [logged.seq for logged in log] == list(range(len(log)))
    kinds = [type_of(logged.event) for logged in log]
    assert kinds[0] == "call_started"
    assert kinds[-1] == "call_ended"
    first = kinds.index("transcript_final")
    assert kinds[first : first + 3] == ["transcript_final", "turn_ended", "flow_entered"]
    assert [event.digit for event in of(log, "dtmf")] == ["1", "2"]
    assert [event.reason for event in of(log, "turn_ended")] == ["complete", "dtmf"]
    started, ended = log[0].event, log[-1].event
    assert (started.door, started.direction, started.caller, started.scenario) == (
        "chat",
        "in",
        "010-1234-5678",
        "찻집",
    )
    assert (ended.by, ended.reason, ended.duration_ms) == ("caller", "hung_up", 1500)


def test_words_of_a_typed_turn():
    _, log = call("예약 조회하고 싶어요", typing_ms=700)
    final = of(log, "transcript_final")[0]
    assert final.engine == "typed"
    assert [word["text"] for word in final.words] == ["예약", "조회하고", "싶어요"]
    assert {word["start_ms"] for word in final.words} == {700}


def test_each_sentence_of_the_bot_is_said_in_answer_to_a_turn():
    _, log = call("예약 조회하고 싶어요")
    started, finished = of(log, "bot_started"), of(log, "bot_finished")
    assert [event.text for event in started] == [event.text for event in finished]
    assert [(event.turn, event.text) for event in started[:2]] == [(0, "새벽찻집입니다."), (0, "무엇을 도와드릴까요?")]
    assert started[-1].turn == 1


def test_what_is_typed_off_the_record_is_hidden(tmp_path):
    shutil.copytree(TEAHOUSE, tmp_path, dirs_exist_ok=True)
    (tmp_path / "flows" / "pay.yaml").write_text(PRIVATE, encoding="utf-8")
    _, log = call("카드로 결제할게요", "/1234", "1235요", "예약 조회하고 싶어요", folder=tmp_path)
    kinds = [type_of(logged.event) for logged in log]
    private = log[kinds.index("recording_paused") : kinds.index("recording_resumed")]
    assert "123" not in str([logged.as_json() for logged in private])
    assert [event.digit for event in of(private, "dtmf")] == ["*"] * 4
    assert [event.written for event in of(log, "turn_ended")] == [
        "카드로 결제할게요",
        "****",
        "*****",
        "예약 조회하고 싶어요",
    ]
    texts = [event.text for event in of(log, "bot_started")]
    assert "****번이군요." in texts
    assert "결제했어요." in texts
    assert kinds.count("recording_paused") == kinds.count("recording_resumed") == 1


def test_silence_does_not_count_as_a_turn():
    _, log = call("", "예약 조회하고 싶어요")
    assert [event.turn for event in of(log, "turn_ended")] == [1]


def test_the_bot_says_goodbye():
    ending, log = call("", "", "")
    assert (log[-1].event.by, log[-1].event.reason) == ("bot", "silence")
    assert ending.reason == "silence"


def test_the_bot_hands_over():
    _, log = call("상담사 연결해 주세요")
    assert of(log, "handoff_requested")[0].reason == "asked"
    assert (log[-1].event.by, log[-1].event.reason) == ("bot", "handoff")


def test_a_call_that_breaks_has_a_whole_log():
    with pytest.raises(ValueError, match="cracked") as broken:
        call("예약", ValueError("cracked"))
    log = broken.value.log
    assert "cracked" in log[-2].event.what
    assert (log[-1].event.by, log[-1].event.reason) == ("service", "fault")


def test_a_call_that_is_stopped_has_a_whole_log():
    with pytest.raises(asyncio.CancelledError) as stopped:
        call("예약", asyncio.CancelledError())
    assert (stopped.value.log[-1].event.by, stopped.value.log[-1].event.reason) == ("service", "stopped")
