import asyncio
import json
import os
import threading
from pathlib import Path

import pytest

from aicc.typing_caller import JsonCalls, ShownCalls
from tests.fakes.mind import open_fake_mind
from voicebot.dialogue.conversation import Conversation
from voicebot.dialogue.line import Caller
from voicebot.doors.typed_lines import TypedLines

TEAHOUSE = Path(__file__).parents[1] / "voicebot" / "dialogue" / "trial" / "teahouse"


def hold(content, make):
    """Holds the calls of a caller who types this; whether all went well."""
    reading, writing = os.pipe()

    def fill():
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(content.encode() if isinstance(content, str) else content)

    async def run():
        mind = await open_fake_mind(TEAHOUSE)
        try:
            return await make(TypedLines(reading)).hold(mind, Caller("010-1234-5678"))
        finally:
            await mind.services.close()

    thread = threading.Thread(target=fill)
    thread.start()
    try:
        return asyncio.run(run())
    finally:
        thread.join()
        os.close(reading)


def events(content):
    """Call by call."""
    lines = []
    assert hold(content, lambda typed: JsonCalls(typed, lambda line: lines.append(json.loads(json.dumps(line)))))
    calls = {}
    for line in lines:
        calls.setdefault(line["call_id"], []).append(line)
    return list(calls.values())


def kinds(call):
    return [event["type"] for event in call]


def test_a_call_ends_with_the_input():
    [call] = events("예약 조회하고 싶어요")
    assert [event["seq"] for event in call] == list(range(len(call)))
    assert (call[0]["type"], call[0]["caller"], call[0]["scenario"]) == ("call_started", "010-1234-5678", "찻집")
    assert (call[-1]["type"], call[-1]["by"], call[-1]["reason"]) == ("call_ended", "caller", "hung_up")
    assert "예약번호" in str(call)


def test_nothing_typed_is_a_call_that_the_caller_ends_at_once():
    [call] = events("")
    assert "bot_finished" in kinds(call)
    assert "turn_ended" not in kinds(call)
    assert call[-1]["by"] == "caller"


def test_three_dashes_begin_the_next_call():
    first, second, third = events("예약 조회하고 싶어요\n --- \n\n예약\n---\n")
    assert kinds(first).count("turn_ended") == 1
    assert kinds(second).count("turn_ended") == 1
    assert kinds(third)[-1] == "call_ended"
    assert all(call[-1]["by"] == "caller" for call in (first, second, third))


def test_what_is_typed_after_the_bots_goodbye_is_said_to_nobody():
    first, second = events("상담사 연결해 주세요\n여보세요\n여보세요\n---\n예약이요\n")
    assert (kinds(first).count("turn_ended"), first[-1]["by"]) == (1, "bot")
    assert kinds(second).count("turn_ended") == 1


@pytest.mark.parametrize(
    "line", [b"a" * 100_000, b"\xff\xfe\xfd", b"\x00", b"\xed\xa0\x80 \xf0\x9f\x98\x80", b"{}[]%\x1b["]
)
def test_whatever_is_typed_the_call_goes_on(line):
    [call] = events(line + "\n예약 조회하고 싶어요\n".encode())
    assert kinds(call)[-1] == "call_ended"
    assert "예약번호" in str(call)


def test_after_a_call_that_broke_the_next_is_held(monkeypatch, caplog):
    hear, broken = Conversation.hear, []

    def once(*arguments):
        if not broken:
            broken.append(True)
            raise ZeroDivisionError("x")
        return hear(*arguments)

    monkeypatch.setattr(Conversation, "hear", once)
    lines = []
    assert not hold("네\n---\n네\n", lambda typed: JsonCalls(typed, lines.append))
    assert [line["by"] for line in lines if line["type"] == "call_ended"] == ["service", "caller"]
    assert "ZeroDivisionError" in caplog.text


def test_a_reader_that_leaves_ends_it():
    def leave(line):
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        hold("네\n", lambda typed: JsonCalls(typed, leave))


def test_what_a_person_sees(capsys):
    assert hold("예약 [조회]하고 싶어요\n\n상담사 연결해 주세요\n", lambda typed: ShownCalls(typed, details=False))
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "봇    새벽찻집입니다. 무엇을 도와드릴까요?"
    assert shown[1] == "고객  예약 [조회]하고 싶어요"
    assert "봇    예약번호 네 자리를 말씀해 주세요." in shown
    assert shown[-2].startswith("      상담사 연결 (일반, asked): ")
    assert shown[-1] == "      통화가 끝났습니다 (봇이 끊음, handoff)"
    assert not any("▶" in line for line in shown)


def test_what_a_designer_sees(capsys):
    hold("예약 조회하고 싶어요\n/1234#\n", lambda typed: ShownCalls(typed, details=True))
    shown = capsys.readouterr().out
    assert "▶ 예약 조회" in shown
    assert "예약번호 = 1234 (" in shown
    assert "예약: unreachable" in shown
