"""Phrases in a whole call: the flow brings them, bot and agent say them, the log tells."""

from voicebot.events import HandoffRequested


def kinds(event):
    return {one["rule"]: one["kind"] for one in event.phrases}


def test_a_call_from_greeting_to_agent(watched_call):
    call = watched_call
    (event,) = call.bot("통화 내용은 상담 품질을 위해 녹음돼요.")
    assert kinds(event) == {"통화 녹음 안내": "said"}
    events = call.flow("반품·교환")
    assert kinds(events[-1]) | {"개인정보 안내": "required", "반품·교환 비용": "required"} == kinds(events[-1])
    call.tell(HandoffRequested("asked", "반품", ""))
    (event,) = call.agent("네 고객님 주문번호 불러 주시겠어요")
    assert kinds(event)["반품·교환 비용"] == "missing"
    assert "주문번호가 어떻게 되세요?" not in event.questions
    (event,) = call.agent("무조건 환불돼요")
    assert event.phrases[0]["kind"] == "forbidden" and "30일" in event.phrases[0]["text"]
    (event,) = call.agent("죄송합니다 왕복 배송비 6,000원이 듭니다")
    assert kinds(event)["반품·교환 비용"] == "said" and "forbidden" not in kinds(event).values()
    assert call.agent("네 알겠습니다") == [] or kinds(event)["반품·교환 비용"] == "said"
