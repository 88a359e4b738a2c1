"""What people do with a call they have: whoever leaves it, the caller stays with somebody."""

import asyncio

import pytest

from aicc.service.api.problem import Problem
from tests.fakes.desk import SURVEY, Shift
from voicebot.events import HandoffRequested, Listened, PageShown, Transferred

PHONE = "sip:lee@10.0.0.9"
NUMBER = "0221234567"


@pytest.fixture
def call(shift: Shift) -> str:
    """kim has a caller; lee is free."""
    shift.at_work("kim")
    call = shift.talking("kim")
    shift.at_work("lee")
    return call


def consulting(shift: Shift, call: str) -> None:
    """kim asks lee, who is there."""
    shift.do("kim", "consult", call, "lee")
    shift.takes("lee", call)
    assert shift.parts(call) == {"kim": "aside", "lee": "aside"}


def last(shift: Shift, call: str, count: int) -> list[str]:
    return shift.story(call)[-count:]


# ---- hold, keys, pages


def test_hold_and_resume(shift: Shift, call: str) -> None:
    shift.do("kim", "hold", call)
    shift.do("kim", "hold", call)
    assert shift.hears(call)
    shift.do("kim", "resume", call)
    shift.do("kim", "resume", call)
    assert shift.hears(call, "kim")
    assert last(shift, call, 2) == ["held kim", "resumed kim"], "once each"


def test_keys_go_to_the_caller_s_line_if_it_has_any(shift: Shift, call: str) -> None:
    shift.do("kim", "press", call, "12#")
    assert shift.calls[call].keys == ["12#"]
    web = shift.waiting("01033334444", door="webrtc")
    shift.takes("lee", web)
    assert shift.problem("lee", "press", web, "1") == 409


@pytest.mark.parametrize(("door", "status"), [("sip", 409), ("webrtc", 204), ("chat", 204)])
def test_a_page_wants_a_browser(shift: Shift, door: str, status: int) -> None:
    shift.at_work("kim")
    call = shift.waiting(door=door)
    if door != "chat":
        shift.connect("kim", call)
    shift.do("kim", "accept", call)
    form = (call, "form", "배송지", "", ("주소", "상세 주소"))
    assert shift.problem("kim", "show", *form) == status
    assert len(shift.events(call, PageShown)) == (status == 204)


def test_nothing_is_written_into_a_call_by_voice(shift: Shift, call: str) -> None:
    assert shift.problem("kim", "write", call, "안녕하세요") == 409


def test_without_sound_nothing_is_accepted(shift: Shift) -> None:
    shift.at_work("kim")
    call = shift.waiting()
    assert shift.problem("kim", "accept", call) == 409
    shift.connect("kim", call)
    assert shift.problem("kim", "accept", call) == 204


def test_a_browser_that_was_loaded_anew_gets_its_part_back(shift: Shift, call: str) -> None:
    [old] = shift.legs(call, "kim")
    new = shift.connect("kim", call)
    assert new != old
    assert shift.calls[call].parts == {new: "talking"}
    assert shift.do("kim", "browser_leg", call, "an ICE restart", new) == (new, "our new answer")
    assert shift.problem("kim", "browser_leg", call, "an ICE restart", old) == 409
    assert last(shift, call, 1) == ["agent_joined kim answered"], "the caller has noticed nothing"


def test_a_leg_that_is_lost_as_it_is_taken(shift: Shift) -> None:
    kim = shift.at_work("kim")
    call = shift.waiting()
    leg = shift.connect("kim", call)
    del shift.calls[call].parts[leg]
    lee = shift.at_work("lee")
    shift.do("kim", "accept", call)
    assert lee.rings == [call]
    assert kim.rings == []


# ---- consultations


def test_a_consultation_and_back(shift: Shift, call: str) -> None:
    consulting(shift, call)
    assert last(shift, call, 3) == ["held kim", "agent_offered lee panel", "agent_joined lee consulted"]
    shift.do("kim", "end_consult", call)
    assert shift.parts(call) == {"kim": "talking"}
    assert last(shift, call, 2) == ["agent_left lee ended", "resumed kim"]
    assert shift.state("lee") == "wrapping"
    assert shift.problem("kim", "end_consult", call) == 409


def test_the_colleague_sees_whose_call_it_is(shift: Shift, call: str) -> None:
    lee = shift.panel("lee")
    shift.do("kim", "consult", call, "lee")
    [offer] = lee.of("offer")
    assert offer["is_consultation"]


@pytest.mark.parametrize("how", ["refuses", "does not answer", "is away", "is talking", "works elsewhere", "is lost"])
def test_a_colleague_who_does_not_come(shift: Shift, call: str, how: str) -> None:
    kim = shift.panel("kim")
    to = "lee"
    if how == "is away":
        shift.do("lee", "set_state", "away")
    elif how == "is talking":
        shift.talking("lee", caller="01033334444")
    elif how == "works elsewhere":
        to = "rev"
        shift.add("rev", role="reviewer")
        shift.pass_s(6)
    shift.do("kim", "consult", call, to)
    if how == "refuses":
        assert shift.parts(call) == {"kim": "aside"}
        shift.do("lee", "refuse", call)
    elif how == "does not answer":
        shift.pass_s(21)
    elif how == "is lost":
        for panel in shift.panels_of("lee"):
            panel.leave()
        shift.settle()
    assert shift.hears(call, "kim")
    assert last(shift, call, 1) == ["resumed kim"]
    [told] = kim.of("not_reached")
    assert (told["call_id"], told["to"]) == (call, to)
    assert shift.problem("kim", "consult", call, to) == 204, "and somebody may be asked again"


@pytest.mark.parametrize(("code", "reason"), [(486, "busy"), (480, "no_answer"), (404, "no_such_number")])
def test_a_number_that_does_not_come(shift: Shift, call: str, code: int, reason: str) -> None:
    kim = shift.panel("kim")
    shift.do("kim", "consult", call, NUMBER)
    shift.turns_down(NUMBER, code)
    assert shift.hears(call, "kim")
    assert kim.of("not_reached") == [{"type": "not_reached", "call_id": call, "to": NUMBER, "reason": reason}]


def test_a_number_that_cannot_be_dialled(shift: Shift, call: str) -> None:
    shift.unreachable.add(NUMBER)
    assert shift.problem("kim", "consult", call, NUMBER) == 409
    assert shift.hears(call, "kim")
    assert last(shift, call, 2) == ["held kim", "resumed kim"]


def test_a_number_is_asked_and_gets_the_caller(shift: Shift, call: str) -> None:
    shift.do("kim", "consult", call, NUMBER)
    shift.picks_up(NUMBER)
    assert shift.parts(call) == {"kim": "aside", "outside": "aside"}
    shift.do("kim", "transfer", call, "warm", "")
    assert shift.hears(call, "outside")
    assert shift.state("kim") == "wrapping"
    shift.puts_down(NUMBER)
    assert shift.calls[call].ending == ("agent", "hung_up")


def test_a_number_that_still_rings_when_the_agent_ends_it(shift: Shift, call: str) -> None:
    shift.do("kim", "consult", call, NUMBER)
    shift.do("kim", "end_consult", call)
    assert shift.dialog(NUMBER).is_hung_up
    assert shift.parts(call) == {"kim": "talking"}


def test_who_cannot_be_asked(shift: Shift, call: str) -> None:
    assert shift.problem("kim", "consult", call, "kim") == 409
    assert shift.problem("kim", "consult", call, "아무개") == 422
    assert shift.problem("kim", "consult", call, "sip:evil@10.9.9.9") == 422
    consulting(shift, call)
    assert shift.problem("kim", "consult", call, "lee") == 409
    assert shift.problem("lee", "consult", call, "kim") == 403, "the caller is not lee's"
    assert shift.problem("lee", "hang_up", call) == 204, "but lee may leave"
    assert shift.hears(call, "kim")


def test_pressed_twice_a_colleague_is_asked_once(shift: Shift, call: str) -> None:

    async def both() -> list[object]:
        asked = (shift.asked(shift.person("kim"), "consult", call, to) for to in ("lee", NUMBER))
        return await asyncio.gather(*asked, return_exceptions=True)

    first, second = shift.run(both())
    assert first is None
    assert isinstance(second, Problem)
    assert second.status == 409
    assert shift.dialogs == []
    shift.takes("lee", call)
    assert shift.parts(call) == {"kim": "aside", "lee": "aside"}


def test_a_colleague_who_hangs_up(shift: Shift, call: str) -> None:
    consulting(shift, call)
    shift.leg_is_lost(call, "lee", "hung_up")
    assert shift.hears(call, "kim")
    assert last(shift, call, 2) == ["agent_left lee hung_up", "resumed kim"]
    assert shift.state("lee") == "wrapping"


def test_a_conference_and_who_leaves_it(shift: Shift, call: str) -> None:
    assert shift.problem("kim", "conference", call) == 409
    consulting(shift, call)
    shift.do("kim", "conference", call)
    assert shift.hears(call, "kim", "lee")
    assert last(shift, call, 2) == ["resumed kim", "agent_joined lee conference"]
    shift.do("kim", "hold", call)
    assert shift.hears(call, "lee"), "the others talk on"
    shift.do("kim", "resume", call)
    shift.leg_is_lost(call, "lee", "silence")
    assert shift.hears(call, "kim")
    assert last(shift, call, 1) == ["agent_left lee lost"]


def test_who_leaves_a_conference_leaves_the_caller_to_the_colleague(shift: Shift, call: str) -> None:
    consulting(shift, call)
    shift.do("kim", "conference", call)
    shift.do("kim", "hang_up", call)
    assert shift.hears(call, "lee")
    assert (shift.state("kim"), shift.state("lee")) == ("wrapping", "talking")
    shift.do("lee", "hang_up", call)
    assert shift.calls[call].ending == ("agent", "hung_up")


def test_an_agent_who_is_lost_while_consulting_leaves_the_caller_to_the_colleague(shift: Shift, call: str) -> None:
    consulting(shift, call)
    shift.leg_is_lost(call, "kim")
    assert shift.hears(call, "lee")
    assert last(shift, call, 2) == ["agent_left kim lost", "agent_joined lee answered"]
    assert (shift.state("kim"), shift.state("lee")) == ("wrapping", "talking")
    shift.do("lee", "hang_up", call)
    assert shift.calls[call].ending == ("agent", "hung_up")


def test_an_agent_who_is_lost_while_a_number_rings(shift: Shift, call: str) -> None:
    """Whoever picks up then would have a caller whom nobody has told them of."""
    lee = shift.panel("lee")
    shift.do("kim", "consult", call, NUMBER)
    shift.leg_is_lost(call, "kim")
    assert shift.dialog(NUMBER).is_hung_up
    assert lee.rings == [call]
    shift.takes("lee", call)
    assert shift.parts(call) == {"lee": "talking"}


# ---- passing on


def test_warm(shift: Shift, call: str) -> None:
    assert shift.problem("kim", "transfer", call, "warm", "") == 409
    assert shift.hears(call, "kim")
    consulting(shift, call)
    shift.do("kim", "transfer", call, "warm", "")
    assert shift.parts(call) == {"lee": "talking"}
    assert last(shift, call, 3) == [
        "transferred kim lee warm",
        "agent_left kim transferred",
        "agent_joined lee answered",
    ]
    assert (shift.state("kim"), shift.state("lee")) == ("wrapping", "talking")
    assert shift.problem("kim", "hang_up", call) == 403, "it is not theirs any more"


def test_cold_to_a_colleague(shift: Shift, call: str) -> None:
    lee = shift.panel("lee")
    shift.do("kim", "transfer", call, "cold", "lee")
    assert shift.parts(call) == {}
    assert lee.rings == [call]
    assert shift.state("kim") == "wrapping"
    shift.takes("lee", call)
    assert shift.hears(call, "lee")
    assert last(shift, call, 4) == [
        "transferred kim lee cold",
        "agent_left kim transferred",
        "agent_offered lee panel",
        "agent_joined lee answered",
    ]


@pytest.mark.parametrize("how", ["refuses", "does not answer", "is away"])
def test_cold_to_a_colleague_who_does_not_take_it(shift: Shift, call: str, how: str) -> None:
    """They are back in the queue, before those who came later."""
    shift.pass_s(1)
    later = shift.begin("01033334444")
    if how == "is away":
        shift.do("lee", "set_state", "away")
    shift.do("kim", "transfer", call, "cold", "lee")
    if how == "refuses":
        shift.do("lee", "refuse", call)
        shift.do("lee", "set_state", "away")
    elif how == "does not answer":
        shift.pass_s(21)
    shift.wants_a_person(later)
    park = shift.at_work("park")
    assert park.rings == [call]
    shift.takes("park", call)
    assert shift.hears(call, "park")


def test_cold_to_a_number(shift: Shift, call: str) -> None:
    shift.do("kim", "transfer", call, "cold", NUMBER)
    assert shift.rings_at == [NUMBER]
    assert shift.state("kim") == "wrapping"
    shift.picks_up(NUMBER)
    assert shift.hears(call, "outside")
    assert shift.events(call, Transferred) == [Transferred("kim", NUMBER, "cold")]
    shift.pass_s(3)
    assert shift.rings_at == [NUMBER]


def test_cold_to_a_number_that_is_busy(shift: Shift, call: str) -> None:
    lee = shift.panel("lee")
    shift.do("kim", "transfer", call, "cold", NUMBER)
    shift.turns_down(NUMBER, 486)
    assert lee.rings == [call]
    shift.takes("lee", call)
    assert shift.parts(call) == {"lee": "talking"}


def test_cold_to_a_number_that_is_busy_before_the_agent_is_out(shift: Shift, call: str) -> None:
    """Its answer comes while kim's leg is taken out of the call."""
    lee = shift.panel("lee")
    remove = shift.service.legs.drop

    async def drop(call_id: str, leg: str) -> None:
        await remove(call_id, leg)
        if leg.startswith("kim"):
            shift.dialog(NUMBER).watcher.ended("caller", "refused", 486)

    shift.service.legs.drop = drop  # type: ignore[method-assign]
    shift.do("kim", "transfer", call, "cold", NUMBER)
    assert lee.rings == [call]
    shift.at_work("sun", "없음", role="supervisor")
    [shown] = shift.now(shift.service.shown_to, "sun")["calls"]
    assert (shown["phase"], shown["agent"]) == ("ringing", "lee"), "where it rings now, not where it rang"
    shift.takes("lee", call)
    assert shift.hears(call, "lee")


def test_cold_to_a_number_that_cannot_be_dialled(shift: Shift, call: str) -> None:
    shift.unreachable.add(NUMBER)
    assert shift.problem("kim", "transfer", call, "cold", NUMBER) == 409
    assert shift.hears(call, "kim")
    assert shift.state("kim") == "talking"


def test_cold_to_a_number_while_a_colleague_rings(shift: Shift, call: str) -> None:
    """The colleague is not wanted any more, and cannot take the caller from whoever picks up."""
    lee = shift.panel("lee")
    shift.do("kim", "consult", call, "lee")
    shift.connect("lee", call)
    shift.do("kim", "transfer", call, "cold", NUMBER)
    assert lee.rings == []
    assert shift.problem("lee", "accept", call) == 409
    shift.picks_up(NUMBER)
    assert shift.parts(call) == {"outside": "talking"}


def test_to_another_queue(shift: Shift, call: str) -> None:
    lee, kang = shift.panel("lee"), shift.at_work("kang", "환불")
    shift.do("kim", "transfer", call, "queue", "환불")
    assert (lee.rings, kang.rings) == ([], [call])
    assert kang.of("offer")[0]["skill"] == "환불"
    shift.takes("kang", call)
    again = shift.at_work("han", "환불")
    shift.leg_is_lost(call, "kang")
    assert again.rings == [call], "that is the queue they are in now"


def test_to_the_bot_and_back(shift: Shift, call: str) -> None:
    assert shift.problem("kim", "transfer", call, "bot", "없는 흐름") == 409
    assert shift.hears(call, "kim")
    shift.do("kim", "transfer", call, "bot", SURVEY)
    assert shift.calls[call].flows == [SURVEY]
    assert shift.parts(call) == {}
    assert shift.state("kim") == "wrapping"
    assert last(shift, call, 2) == [f"transferred kim {SURVEY} bot", "agent_left kim to_bot"]
    lee = shift.panel("lee")
    shift.wants_a_person(call)
    assert lee.rings == [call]
    shift.takes("lee", call)
    assert shift.hears(call, "lee")


def test_a_flow_that_hands_over_at_once(shift: Shift, call: str) -> None:
    """The bot is through with it before kim is out of the call."""
    lee = shift.panel("lee")
    ask = shift.service.legs._ask

    async def through(call_id, command):  # type: ignore[no-untyped-def]
        reply = await ask(call_id, command)
        if type(command).__name__ == "RemoveLeg" and shift.calls[call_id].flows and not lee.rings:
            shift.calls[call_id].phase = "waiting"
            shift.service.heard(shift.calls[call_id].log.append(HandoffRequested("flow", "일반", "")))
        return reply

    for leg in shift.service.legs._calls[call].values():
        leg._ask = through
    shift.do("kim", "transfer", call, "bot", SURVEY)
    assert lee.rings == [call]
    shift.takes("lee", call)
    assert shift.hears(call, "lee")


def test_nowhere_to_go(shift: Shift, call: str) -> None:
    for how, to in (("cold", "kim"), ("cold", "아무개"), ("cold", ""), ("queue", ""), ("bot", "")):
        assert shift.problem("kim", "transfer", call, how, to) == 422, (how, to)
    assert shift.hears(call, "kim")
    assert shift.state("kim") == "talking"


def test_a_caller_who_hangs_up_on_the_way_is_offered_to_nobody(shift: Shift, call: str) -> None:
    lee = shift.panel("lee")
    remove = shift.service.legs.drop

    async def drop(call_id: str, leg: str) -> None:
        await remove(call_id, leg)
        shift.end(call_id, "caller", "hung_up")

    shift.service.legs.drop = drop  # type: ignore[method-assign]
    shift.do("kim", "transfer", call, "cold", "lee")
    assert lee.of("offer") == []
    shift.pass_s(25)
    assert shift.state("lee") == "ready"
    assert shift.now(shift.service.shown_to, "kim")["calls"] == []


# ---- supervisors


@pytest.fixture
def sun(shift: Shift, call: str) -> str:
    """A supervisor with a leg in kim's call."""
    shift.at_work("sun", "없음", role="supervisor")
    shift.connect("sun", call)
    return "sun"


def test_listening_whispering_and_away_again(shift: Shift, call: str, sun: str) -> None:
    shift.do(sun, "listen", call, "listening")
    assert shift.parts(call) == {"kim": "talking", "sun": "listening"}
    shift.do(sun, "listen", call, "whispering")
    assert shift.parts(call) == {"kim": "talking", "sun": "whispering"}
    shift.do(sun, "listen", call, "stopped")
    assert shift.parts(call) == {"kim": "talking"}
    assert shift.events(call, Listened) == [
        Listened("sun", "listening"),
        Listened("sun", "whispering"),
        Listened("sun", "stopped"),
    ]
    assert shift.state("sun") == "ready"
    assert shift.problem(sun, "listen", call, "listening") == 409, "without sound"


def test_a_listener_who_is_lost_is_missed_by_nobody(shift: Shift, call: str, sun: str) -> None:
    shift.do(sun, "listen", call, "listening")
    shift.leg_is_lost(call, "sun")
    assert shift.hears(call, "kim")
    assert last(shift, call, 1) == ["listened sun stopped"]


def test_a_listener_hangs_up_for_themselves_alone(shift: Shift, call: str, sun: str) -> None:
    assert shift.problem(sun, "hang_up", call) == 403
    shift.do(sun, "listen", call, "listening")
    shift.do(sun, "hang_up", call)
    assert shift.calls[call].ending is None
    assert shift.parts(call) == {"kim": "talking"}


def test_taking_over(shift: Shift, call: str, sun: str) -> None:
    shift.do(sun, "listen", call, "listening")
    shift.do(sun, "listen", call, "taking_over")
    assert shift.parts(call) == {"sun": "talking"}
    assert (shift.state("kim"), shift.state("sun")) == ("wrapping", "talking")
    assert last(shift, call, 2) == ["agent_left kim transferred", "agent_joined sun took_over"]
    assert shift.problem(sun, "listen", call, "stopped") == 204
    assert shift.hears(call, "sun"), "nobody is left alone by a button that means something else now"
    assert shift.problem(sun, "listen", call, "listening") == 409
    shift.do(sun, "hang_up", call)
    assert shift.calls[call].ending == ("agent", "hung_up")


def test_taking_over_from_the_bot(shift: Shift) -> None:
    shift.at_work("kim")
    shift.at_work("sun", "없음", role="supervisor")
    call = shift.begin()
    shift.connect("sun", call)
    shift.do("sun", "listen", call, "listening")
    shift.do("sun", "listen", call, "taking_over")
    assert shift.hears(call, "sun")
    assert last(shift, call, 1) == ["agent_joined sun took_over"]


def test_taking_over_who_waits(shift: Shift) -> None:
    kim = shift.at_work("kim")
    shift.at_work("sun", "없음", role="supervisor")
    call = shift.waiting()
    shift.connect("sun", call)
    shift.do("sun", "listen", call, "taking_over")
    assert kim.rings == []
    assert shift.hears(call, "sun")
    assert shift.state("kim") == "ready"


def test_taking_over_while_a_colleague_rings(shift: Shift, call: str, sun: str) -> None:
    lee = shift.panel("lee")
    shift.do("kim", "consult", call, "lee")
    shift.connect("lee", call)
    shift.do(sun, "listen", call, "taking_over")
    assert lee.rings == []
    assert shift.problem("lee", "accept", call) == 409
    assert shift.parts(call) == {"sun": "talking"}


def test_taking_over_from_another_call_leaves_all_as_it_was(shift: Shift) -> None:
    shift.at_work("sun", role="supervisor")
    shift.talking("sun")
    kim = shift.at_work("kim")
    call = shift.waiting("01033334444")
    shift.connect("sun", call)
    assert shift.problem("sun", "listen", call, "taking_over") == 409
    assert kim.rings == [call], "who waits is waited for"
    shift.takes("kim", call)
    assert shift.hears(call, "kim")


def test_a_listener_who_is_asked_talks(shift: Shift, call: str, sun: str) -> None:
    shift.do(sun, "listen", call, "listening")
    shift.do("kim", "consult", call, "sun")
    shift.do(sun, "accept", call)
    assert shift.parts(call) == {"kim": "aside", "sun": "aside"}
    shift.do("kim", "transfer", call, "warm", "")
    shift.leg_is_lost(call, "sun")
    assert "agent_left sun lost" in shift.story(call), "not as one who listens"


def test_taking_from_the_queue(shift: Shift) -> None:
    kim = shift.at_work("kim")
    shift.at_work("sun", "없음", role="supervisor")
    call = shift.waiting()
    assert shift.problem("kim", "take", call) == 403
    assert shift.problem("sun", "take", call) == 409
    shift.connect("sun", call)
    shift.do("sun", "take", call)
    assert shift.hears(call, "sun")
    assert kim.rings == []
    assert shift.state("kim") == "ready"
