from tests.voicebot.dialogue.trial.cases import played
from voicebot.dialogue import conversation


def test_steps_are_judged_by_the_turn_they_belong_to():
    result = played(
        {"bot": "새벽찻집"}, {"caller": "예약 조회하고 싶어요"}, {"bot": "예약번호"}, "silence", {"bot": "네"}
    )
    first, second, third, fourth, fifth = result.judged_by
    assert first is result.turns[0]
    assert second is third is result.turns[1]
    assert fourth is fifth is result.turns[2]
    assert result.ending is None


def test_what_the_bot_did_in_each_turn():
    result = played({"caller": "예약 조회하고 싶어요"}, {"press": "12#"})
    opening, asking, again = result.turns
    assert opening.said == ["새벽찻집입니다.", "무엇을 도와드릴까요?"]
    assert (asking.asked, asking.flows) == ({"예약번호"}, {"예약 조회"})
    assert again.asked == {"예약번호"}
    assert again.thinking_ms > 0


def test_a_wish_is_made_in_the_words_of_the_day():
    result = played({"caller": "{내일} 예약 조회하고 싶어요"})
    assert result.turns[1].events[0].spoken == "11월 26일 예약 조회하고 싶어요"


def test_slots_are_known_after_the_flow_has_forgotten_them():
    result = played({"caller": "예약 조회하고 싶어요"}, {"caller": "일이삼사요"}, {"caller": "고마워요"})
    assert result.turns[-1].slots["예약번호"].value == "1234"


def test_the_bot_ends_the_call_while_the_caller_has_more_to_say():
    result = played({"caller": "상담사 연결해 주세요"}, {"bot": "상담사"}, {"caller": "네"}, {"bot": "네"})
    assert [turn is not None for turn in result.judged_by] == [True, True, False, False]
    assert result.ending.reason == "asked"


def test_the_flow_in_which_the_call_ended():
    result = played({"caller": "예약 조회하고 싶어요"}, {"caller": "상담사 연결해 주세요"})
    assert result.turns[-1].flows == {"예약 조회"}


def test_a_badly_heard_turn():
    result = played({"caller": "예약 조회하고 싶어요", "confidence": 0.2})
    assert result.turns[1].events[0].words[0]["confidence"] == 0.2


def test_a_conversation_that_breaks_is_told_with_its_place(monkeypatch):
    monkeypatch.setattr(conversation.Conversation, "hear", lambda *arguments: 1 / 0)
    result = played({"bot": "새벽찻집"}, {"caller": "네"})
    assert result.broken.startswith("ZeroDivisionError: division by zero (")
    assert "test_play.py:" in result.broken
    assert result.judged_by[0] is result.turns[0]


def test_a_conversation_without_an_end(monkeypatch):
    async def forever(*arguments):
        import asyncio

        await asyncio.Event().wait()

    monkeypatch.setattr("voicebot.dialogue.trial.play.LIMIT_S", 0.01)
    monkeypatch.setattr(conversation.Conversation, "hear", forever)
    assert "did not come to an end" in played({"caller": "네"}).broken


def test_variables_and_direction_reach_the_conversation():
    result = played({"bot": "새벽찻집"}, direction="out", variables={"주문": 1}, caller="010-1234-5678")
    started = result.turns[0].events[0]
    assert (started.direction, started.caller, started.door) == ("out", "010-1234-5678", "chat")
