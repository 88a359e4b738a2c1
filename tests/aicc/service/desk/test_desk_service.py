"""From the handoff to somebody's voice: queues, offers, and what becomes of them."""

import asyncio

import pytest

from aicc.service.api.problem import Problem
from aicc.service.desk.desk_service import BACK_S
from tests.aicc.service.desk.conftest import Make
from tests.fakes.desk import OFFERS_CALLBACK, TAKES_MESSAGE, Shift
from voicebot.events import AgentOffered, MessageLeft, Queued
from voicebot.store import Store


def test_where_nobody_works_the_call_goes_on_as_before_there_was_a_desk(shift: Shift) -> None:
    shift.add("boss", role="admin")
    shift.pass_s(6)
    call = shift.waiting()
    assert shift.calls[call].ending == ("bot", "handoff")
    assert shift.story(call) == ["call_ended bot handoff"]


def test_a_skill_that_another_telephone_system_serves_is_handed_there(shift: Shift) -> None:
    kim = shift.at_work("kim")
    shift.by_sip.add("일반")
    call = shift.waiting()
    assert shift.calls[call].ending == ("bot", "handoff")
    assert kim.of("offer") == []
    web = shift.waiting(door="webrtc")
    assert shift.calls[web].ending is None, "a browser cannot be referred anywhere"
    assert kim.rings == [web]


def test_a_caller_comes_to_who_is_free(shift: Shift) -> None:
    kim = shift.at_work("kim")
    call = shift.waiting()
    [offer] = kim.of("offer")
    assert offer["call_id"] == call
    assert offer["caller"] == offer["customer"] == "01012345678"
    assert offer["summary"] == "배송이 늦어 화가 나셨습니다."
    assert offer["until_s"] == 20
    assert not offer["is_chat"] and not offer["is_consultation"]
    leg = shift.connect("kim", call)
    assert shift.parts(call) == {"kim": "away"}, "nothing is heard before it is accepted"
    shift.now(shift.service.legs.up, call, leg)
    assert kim.of("leg") == [{"type": "leg", "call_id": call, "leg": leg, "state": "up"}]
    shift.do("kim", "accept", call)
    assert shift.hears(call, "kim")
    assert shift.story(call) == ["agent_offered kim panel", "agent_joined kim answered"]
    shift.pass_s(1)
    assert shift.state("kim") == "talking"
    [shown] = kim.desk["calls"]
    assert (shown["call_id"], shown["phase"], shown["agent"]) == (call, "talking", "kim")


def test_a_refusal_makes_it_ring_at_the_next_one(shift: Shift) -> None:
    kim = shift.at_work("kim")
    shift.pass_s(1)  # who waits longest is asked first
    lee = shift.at_work("lee")
    call = shift.waiting()
    assert (kim.rings, lee.rings) == ([call], [])
    shift.connect("kim", call)
    shift.do("kim", "refuse", call)
    assert (kim.rings, lee.rings) == ([], [call])
    assert shift.parts(call) == {}, "a leg that was made while it rang is hung up"
    assert shift.story(call) == ["agent_offered kim panel", "agent_refused kim refused", "agent_offered lee panel"]
    assert shift.state("kim") == "ready"
    shift.takes("lee", call)
    assert shift.hears(call, "lee")


def test_who_lets_it_ring_is_away(shift: Shift) -> None:
    kim = shift.at_work("kim")
    shift.pass_s(1)
    lee = shift.at_work("lee")
    call = shift.waiting()
    shift.pass_s(21)
    assert shift.state("kim") == "away"
    assert (kim.rings, lee.rings) == ([], [call])
    assert shift.story(call)[-2:] == ["agent_refused kim no_answer", "agent_offered lee panel"]


def test_who_waits_hears_where_they_stand(shift: Shift) -> None:
    kim = shift.at_work("kim")
    shift.talking("kim")
    call = shift.waiting("01099998888")
    assert kim.rings == []
    assert shift.events(call, Queued) == [Queued("일반", 1, shift.events(call, Queued)[0].wait_s)]
    assert shift.calls[call].said[0].startswith("지금은 모든 상담사가 상담 중입니다. 고객님이 바로 다음 차례입니다.")
    shift.pass_s(31)
    assert shift.calls[call].said[1].startswith("기다려 주셔서 감사합니다.")


def test_who_waits_long_is_offered_a_callback_and_keeps_the_place(make: Make) -> None:
    shift = make(offer_callback_after_seconds=40)
    kim = shift.at_work("kim")
    first = shift.talking("kim")
    call = shift.waiting("01011112222")
    shift.pass_s(20)
    behind = shift.waiting("01033334444")
    shift.pass_s(21)
    assert shift.calls[call].flows == [OFFERS_CALLBACK]
    shift.hangs_up(first)
    shift.do("kim", "wrapped_up", first)
    assert kim.rings == [behind], "while the bot talks to the one in front it does not ring for them"
    shift.do("kim", "refuse", behind)
    shift.wants_a_person(call)  # they would rather wait
    assert shift.calls[call].flows == [OFFERS_CALLBACK], "nobody is asked twice"
    assert kim.rings == [call]


def test_a_scenario_without_the_flow_goes_on_waiting(make: Make) -> None:
    shift = make(offer_callback_after_seconds=10, flows={"offer_callback": "없는 흐름"})
    kim = shift.at_work("kim")
    first = shift.talking("kim")
    call = shift.waiting("01011112222")
    shift.pass_s(12)
    assert shift.calls[call].flows == []
    shift.hangs_up(first)
    shift.do("kim", "wrapped_up", first)
    assert kim.rings == [call]


def test_nobody_there_takes_a_message(shift: Shift, store: Store) -> None:
    kim = shift.at_work("kim")
    shift.do("kim", "set_state", "away")
    kim.leave()
    shift.pass_s(601)
    call = shift.waiting()
    assert shift.calls[call].flows == [TAKES_MESSAGE]
    assert shift.calls[call].ending is None
    shift.happens(call, MessageLeft("", "내일 다시 전화 주세요"))
    shift.hangs_up(call)
    [message] = shift.run(shift.service.messages())
    assert (message.number, message.text, message.read_by) == ("01012345678", "내일 다시 전화 주세요", None)
    shift.do("kim", "read_message", message.id)
    shift.add("lee")
    shift.do("lee", "read_message", message.id)
    [message] = shift.run(shift.service.messages())
    assert message.read_by == "kim", "whoever was first stays on record"
    assert shift.problem("kim", "read_message", call) == 404


def test_without_a_flow_for_it_the_caller_is_told_goodbye(make: Make) -> None:
    shift = make(flows={"nobody_there": "없는 흐름"})
    shift.add("kim")
    shift.pass_s(601)
    call = shift.waiting()
    assert shift.calls[call].ending == ("bot", "handoff")


def test_of_two_who_accept_at_once_one_has_the_caller(shift: Shift) -> None:
    """A supervisor takes what rings at somebody: both have legs, and press in the same moment."""
    kim = shift.at_work("kim")
    shift.at_work("sun", "다른 일", role="supervisor")

    async def both(call: str, first: tuple[str, str], second: tuple[str, str]) -> list[object]:
        asked = (shift.asked(shift.person(name), what, call) for name, what in (first, second))
        return await asyncio.gather(*asked, return_exceptions=True)

    kim_accepts, sun_takes = ("kim", "accept"), ("sun", "take")
    for first, second in ((kim_accepts, sun_takes), (sun_takes, kim_accepts)):
        call = shift.waiting()
        assert kim.rings == [call]
        shift.connect("kim", call), shift.connect("sun", call)
        won, lost = shift.run(both(call, first, second))
        assert won is None
        assert isinstance(lost, Problem)
        assert lost.status == 409
        assert shift.parts(call) == {first[0]: "talking"}, "who was too late has no leg in it"
        kim.taken.add(call)
        shift.hangs_up(call)
        for name in ("kim", "sun"):
            shift.do(name, "set_state", "ready")


def test_pressed_twice_is_accepted_once(shift: Shift) -> None:
    """A double click, or the second panel of the same person: nothing happens to the caller."""
    shift.at_work("kim")
    call = shift.talking("kim")
    assert shift.problem("kim", "accept", call) == 204
    assert shift.hears(call, "kim")
    assert shift.story(call).count("agent_joined kim answered") == 1


def test_a_caller_who_hangs_up_while_it_rings(shift: Shift) -> None:
    kim = shift.at_work("kim")
    call = shift.waiting()
    shift.connect("kim", call)
    shift.pass_s(19)
    shift.hangs_up(call)
    assert kim.rings == []
    assert shift.state("kim") == "ready"
    assert shift.problem("kim", "accept", call) == 409
    next_call = shift.waiting()
    assert kim.rings == [next_call]


def test_a_caller_who_hangs_up_while_who_knows_them_is_looked_up(
    shift: Shift, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is rung for a call that is over, and nobody set away for not taking it."""
    kim = shift.at_work("kim")
    call = shift.begin()

    def slow(number: str, since: object) -> None:
        shift.end(call, "caller", "hung_up")

    monkeypatch.setattr(type(store.desk), "last_agent", lambda self, number, since: slow(number, since))
    shift.wants_a_person(call)
    assert kim.of("offer") == []
    shift.pass_s(30)
    assert shift.state("kim") == "ready"
    assert shift.now(shift.service.queues)[0]["waiting"] == 0


def test_an_agent_whose_line_is_lost_leaves_no_caller_alone(shift: Shift) -> None:
    kim = shift.at_work("kim")
    call = shift.talking("kim")
    shift.at_work("lee")
    shift.leg_is_lost(call, "kim")
    assert shift.story(call)[2:] == ["agent_left kim lost", "agent_offered lee panel"]
    assert kim.of("leg")[-1]["state"] == "lost"
    assert shift.state("kim") == "wrapping"
    shift.takes("lee", call)
    assert shift.hears(call, "lee")


def test_a_page_that_is_closed_hangs_up_on_nobody_and_may_come_back(shift: Shift) -> None:
    shift.at_work("kim")
    call = shift.talking("kim")
    shift.leg_is_lost(call, "kim", "hung_up")
    shift.connect("kim", call)  # it was loaded anew
    shift.pass_s(BACK_S + 1)
    assert shift.hears(call, "kim")
    shift.at_work("lee")
    shift.leg_is_lost(call, "kim", "hung_up")
    shift.pass_s(BACK_S + 1)
    assert shift.story(call)[-2:] == ["agent_left kim lost", "agent_offered lee panel"]
    assert shift.calls[call].ending is None


def test_what_comes_of_a_lost_line_when_the_caller_is_gone_too(shift: Shift) -> None:
    """Both hang up in the same moment: nobody else is rung for a call that is over."""
    shift.at_work("kim")
    call = shift.talking("kim")
    lee = shift.at_work("lee")
    [leg] = shift.legs(call, "kim")

    def both() -> None:
        shift.service.legs.lost(call, leg, "silence")  # the desk's work on it is only begun
        shift.end(call, "caller", "hung_up")

    shift.now(both)
    assert lee.of("offer") == []
    shift.pass_s(25)
    assert shift.state("lee") == "ready"
    assert shift.state("kim") == "wrapping"


def test_the_old_place_is_kept_with_its_priority(make: Make) -> None:
    """Whose agent is lost goes before those who came earlier, as they did before."""
    shift = make(vip=("01077777777",))
    shift.at_work("kim")
    shift.at_work("lee")
    first = shift.talking("kim")
    shift.pass_s(1)
    important = shift.talking("lee", caller="01077777777")
    shift.pass_s(1)
    waits = shift.waiting("01011111111")
    shift.leg_is_lost(important, "lee")
    shift.leg_is_lost(first, "kim")
    park = shift.at_work("park")
    for call in (important, first, waits):
        assert park.rings == [call]
        shift.takes("park", call)
        shift.hangs_up(call)
        shift.do("park", "wrapped_up", call)


# ---- telephones


def test_a_telephone_rings_and_is_picked_up(shift: Shift) -> None:
    panel = shift.at_work("kim", phone="sip:kim@10.0.0.9")
    call = shift.waiting()
    assert shift.rings_at == ["sip:kim@10.0.0.9"]
    assert panel.rings == [call], "the panel shows who calls"
    assert shift.events(call, AgentOffered) == [AgentOffered("kim", "sip")]
    assert shift.hears(call)
    shift.picks_up("sip:kim@10.0.0.9")
    assert shift.hears(call, "kim")
    assert shift.story(call)[-1] == "agent_joined kim answered"


def test_a_telephone_without_a_panel_is_at_work_too(shift: Shift) -> None:
    shift.add("kim", phone="sip:kim@10.0.0.9")
    shift.do("kim", "set_state", "ready")
    shift.waiting()
    assert shift.rings_at == ["sip:kim@10.0.0.9"]


def test_who_puts_the_telephone_down_has_ended_the_call(shift: Shift) -> None:
    shift.at_work("kim", phone="sip:kim@10.0.0.9")
    call = shift.waiting()
    shift.picks_up("sip:kim@10.0.0.9")
    shift.puts_down("sip:kim@10.0.0.9")
    assert shift.calls[call].ending == ("agent", "hung_up")
    assert shift.state("kim") == "wrapping"


@pytest.mark.parametrize(("code", "state", "reason"), [(486, "ready", "refused"), (480, "away", "no_answer")])
def test_a_telephone_that_is_not_picked_up(shift: Shift, code: int, state: str, reason: str) -> None:
    shift.at_work("kim", phone="sip:kim@10.0.0.9")
    shift.pass_s(1)
    lee = shift.at_work("lee")
    call = shift.waiting()
    shift.turns_down("sip:kim@10.0.0.9", code)
    assert shift.state("kim") == state
    assert f"agent_refused kim {reason}" in shift.story(call)
    assert lee.rings == [call]


def test_a_telephone_that_cannot_be_called_at_all(shift: Shift) -> None:
    shift.unreachable.add("sip:kim@10.0.0.9")
    panel = shift.at_work("kim", phone="sip:kim@10.0.0.9")
    shift.pass_s(1)
    lee = shift.at_work("lee")
    call = shift.waiting()
    assert panel.rings == []
    assert lee.rings == [call]
    assert shift.state("kim") == "away"
    assert shift.parts(call) == {}


def test_a_telephone_stops_ringing_with_the_caller(shift: Shift) -> None:
    shift.at_work("kim", phone="sip:kim@10.0.0.9")
    call = shift.waiting()
    shift.hangs_up(call)
    assert shift.rings_at == []
    assert shift.dialog("sip:kim@10.0.0.9").is_hung_up


# ---- chats


def test_chats_come_several_at_a_time_and_have_no_sound(shift: Shift) -> None:
    kim = shift.at_work("kim", phone="sip:kim@10.0.0.9", chats=2)
    chats = [shift.waiting(f"손님{number}", door="chat") for number in range(2)]
    for chat in chats:
        shift.do("kim", "accept", chat)
        shift.do("kim", "write", chat, "안녕하세요")
    third = shift.waiting("손님2", door="chat")
    assert third not in kim.rings
    assert shift.dialogs == [], "a chat rings in the panel"
    assert [shift.calls[chat].typed for chat in chats] == [["안녕하세요"], ["안녕하세요"]]
    assert shift.problem("kim", "hold", chats[0]) == 409
    call = shift.waiting()
    assert shift.rings_at == [], "who writes does not talk"
    assert shift.problem("kim", "write", call, "누구세요") == 403


def test_a_chat_whose_agent_is_gone_comes_to_somebody_else(shift: Shift) -> None:
    kim = shift.at_work("kim")
    chat = shift.waiting(door="chat")
    shift.do("kim", "accept", chat)
    lee = shift.at_work("lee")
    kim.leave()
    shift.pass_s(29)
    assert lee.rings == []
    shift.pass_s(3)
    assert "agent_left kim lost" in shift.story(chat)
    assert lee.rings == [chat]


# ---- what is shown, and to whom


def test_agents_see_their_own_calls_and_supervisors_all(shift: Shift) -> None:
    kim, lee, sun = shift.at_work("kim"), shift.at_work("lee"), shift.at_work("sun", "없음", role="supervisor")
    own, others = shift.talking("kim"), shift.talking("lee")
    bot = shift.begin("01055556666")
    shift.pass_s(1.5)
    assert {call["call_id"] for call in kim.desk["calls"]} == {own}
    assert {call["call_id"] for call in lee.desk["calls"]} == {others}
    assert {(call["call_id"], call["phase"]) for call in sun.desk["calls"]} == {
        (own, "talking"),
        (others, "talking"),
        (bot, "bot"),
    }
    assert kim.desk["me"]["state"] == "talking"
    shift.hangs_up(own)
    shift.pass_s(1.5)
    assert kim.desk["calls"] == []
    assert kim.desk["wraps"] == own
    assert own not in {call["call_id"] for call in sun.desk["calls"]}
    assert kim.of("call_over") == [{"type": "call_over", "call_id": own, "by": "caller", "reason": "hung_up"}]


def test_the_desk_is_shown_once_a_second_at_most(shift: Shift) -> None:
    kim = shift.at_work("kim")
    shift.pass_s(2)
    before = len(kim.of("desk"))
    for number in range(10):
        shift.begin(f"0101234{number:04d}")
    shift.pass_s(2)
    assert len(kim.of("desk")) - before <= 3


def test_who_connects_again_hears_what_still_rings(shift: Shift) -> None:
    kim = shift.at_work("kim")
    second = shift.panel("kim")
    call = shift.waiting()
    shift.pass_s(5)
    third = shift.panel("kim")
    [offer] = third.of("offer")
    assert offer["call_id"] == call
    assert offer["until_s"] == 15, "as long as it has still to ring"
    assert second.rings == kim.rings == [call]
    shift.takes("kim", call)
    assert shift.panel("kim").of("offer") == []


def test_the_panel_that_is_lost_while_it_rings_is_no_way_to_a_person(shift: Shift) -> None:
    kim = shift.at_work("kim")
    shift.pass_s(1)
    lee = shift.at_work("lee")
    call = shift.waiting()
    kim.leave()
    shift.settle()
    assert lee.rings == [call]
    assert "agent_refused kim lost" in shift.story(call)


def test_somebody_added_meanwhile_works_at_once_and_who_left_does_not(shift: Shift, store: Store) -> None:
    kim = shift.at_work("kim")
    shift.at_work("lee")
    store.people.remove("kim")
    shift.pass_s(6)
    assert [agent["name"] for agent in shift.now(shift.service.agents)] == ["lee"]
    shift.waiting()
    assert kim.of("offer") == []


def test_queues_by_their_titles(make: Make) -> None:
    shift = make(queues={"일반": "일반 상담"})
    kim = shift.at_work("kim", "일반", "배송")
    told = shift.now(shift.service.config)
    assert told["queues"] == [{"skill": "배송", "title": "배송"}, {"skill": "일반", "title": "일반 상담"}]
    assert (told["ring_s"], told["wrapup_s"], told["company"]) == (20, 60, "누리")
    shift.waiting()
    [offer] = kim.of("offer")
    assert (offer["skill"], offer["title"]) == ("일반", "일반 상담")


# ---- whose call it is


def test_a_call_is_an_agents_own_while_it_rings_and_when_they_have_talked(shift: Shift) -> None:
    shift.at_work("kim"), shift.at_work("lee")
    call = shift.waiting()

    def sees(name: str) -> bool:
        return shift.run(shift.service.sees(shift.person(name), call))

    assert (sees("kim"), sees("lee")) == (True, False)
    assert shift.problem("lee", "browser_leg", call, "sdp", None) == 403
    shift.pass_s(21)
    assert (sees("kim"), sees("lee")) == (True, True), "who pressed a moment too late is told so"
    shift.takes("lee", call)
    shift.pass_s(61)
    assert (sees("kim"), sees("lee")) == (False, True)
    for what, *wanted in (["hold"], ["resume"], ["hang_up"], ["press", "1"], ["consult", "lee"], ["conference"]):
        assert shift.problem("kim", what, call, *wanted) == 403, what
    for what, *wanted in (["end_consult"], ["transfer", "bot", "x"], ["write", "x"]):
        assert shift.problem("kim", what, call, *wanted) == 403, what
    for what, *wanted in (["take"], ["listen", "listening"]):
        assert shift.problem("kim", what, call, *wanted) == 403, what
    assert shift.hears(call, "lee")


# ---- a restart


def test_a_restart_in_mid_shift(shift: Shift) -> None:
    shift.at_work("kim")
    shift.at_work("lee")
    shift.at_work("park")
    shift.do("lee", "set_state", "away")
    call = shift.talking("kim")
    shift.restart()
    assert [shift.state(name) for name in ("kim", "lee", "park")] == ["wrapping", "away", "ready"]
    assert shift.problem("kim", "hold", call) == 409, "calls did not live on"
    panel = shift.panel("park")
    assert shift.state("park") == "ready", "nobody has to say again that they are there"
    shift.waiting()
    assert len(panel.rings) == 1
    shift.pass_s(31)
    assert shift.state("kim") == "away", "whose panel did not come back"
