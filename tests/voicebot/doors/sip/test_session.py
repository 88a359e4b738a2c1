"""Sessions that change: re-INVITE and UPDATE of both sides, glare, storms, and session timers."""

import asyncio

import pytest

from tests.fakes.sip import ANSWER, OFFER, FarCall, FarSide, Stage, sdp
from voicebot.doors.negotiable import NotAcceptable
from voicebot.doors.sip.leg import Leg
from voicebot.doors.sip.offering import Refused
from voicebot.doors.sip.wire import UserAgentSettings

HOLD = sdp(direction="sendonly", version=2)
HELD = sdp("198.51.100.9", 20_000, "recvonly", 2)


@pytest.fixture
def stage():
    made = Stage()
    yield made
    made.close()


@pytest.fixture
def phone(stage: Stage) -> FarSide:
    return stage.side()


def standing(stage: Stage, phone: FarSide, **how) -> tuple[FarCall, Leg]:
    call = phone.invite(**how)
    leg = stage.desk.legs[-1]
    leg.accept(ANSWER)
    call.response(200)
    call.ack()
    leg.watcher.told.clear()
    return call, leg


def placed(stage: Stage, phone: FarSide, headers=()) -> tuple[FarCall, Leg]:
    leg, watcher = stage.call()
    invite = phone.request("INVITE")
    call = FarCall.of(phone, invite, phone.answer(invite, 200, OFFER, headers=headers))
    phone.request("ACK")
    watcher.told.clear()
    return call, leg


def started(stage: Stage, work) -> asyncio.Task:
    task = stage.loop.create_task(work)
    stage.settle()
    return task


# ---- theirs


def test_hold_and_resume(stage, phone):
    call, leg = standing(stage, phone)
    leg.watcher.answers = [HELD, ANSWER]
    call.send("INVITE", HOLD)
    assert call.response(200).body.decode() == HELD
    call.ack()
    assert leg.is_held
    call.send("INVITE", OFFER)
    call.response(200)
    call.ack()
    assert not leg.is_held
    assert leg.watcher.told == [("reoffered", HOLD), ("reoffered", OFFER)]
    stage.pass_s(40)
    assert phone.words == []


def test_the_same_offer_again_bothers_nobody(stage, phone):
    call, leg = standing(stage, phone)
    call.send("INVITE", OFFER)
    assert call.response(200).body.decode() == ANSWER
    assert leg.watcher.told == []


def test_a_reinvite_without_description_gets_our_offer(stage, phone):
    call, leg = standing(stage, phone)
    leg.watcher.answers = [HELD]
    call.send("INVITE")
    assert call.response(200).body.decode() == HELD
    call.send("INVITE", HOLD)  # while ours is open
    call.response(491)
    call.ack(number=call.number)
    call.ack(HOLD, number=call.number - 1)
    assert leg.watcher.told == [("reoffered", ""), ("reanswered", HOLD)]
    assert leg.is_held


def test_an_offer_that_cannot_be_leaves_all_as_it_was(stage, phone):
    call, leg = standing(stage, phone)
    leg.watcher.answers = [NotAcceptable("no codec of ours"), RuntimeError("broken")]
    call.send("INVITE", HOLD)
    call.response(488)
    call.send("INVITE", HOLD)
    call.response(500)
    assert leg.session.remote_sdp == OFFER
    call.send("INVITE", HOLD)
    call.response(200)


def test_a_reinvite_without_ack_ends_the_call(stage, phone):
    call, leg = standing(stage, phone)
    call.send("INVITE", HOLD)
    stage.pass_s(32.1)
    assert leg.watcher.told[-1] == ("ended", "network", "no_ack", 408)
    assert phone.times("BYE") == [32_000]


def test_a_storm_of_reinvites_is_answered_one_at_a_time(stage, phone):
    call, leg = standing(stage, phone)
    gate = asyncio.Event()
    asked = []

    async def slow(offered):
        asked.append(offered)
        await gate.wait()
        return ANSWER

    leg.watcher.reoffered = slow
    for version in range(2, 102):
        call.send("INVITE", sdp(version=version))
    assert len(asked) == 1
    refused = [message for _, message in phone.heard if getattr(message, "code", 0) == 500]
    assert len(refused) == 99
    assert all(0 <= int(message.headers["Retry-After"]) <= 10 for message in refused)
    gate.set()
    stage.settle()
    assert len(phone.times(200)) == 2
    assert asked == [sdp(version=2)]


def test_update_with_and_without_description(stage, phone):
    call, leg = standing(stage, phone)
    leg.watcher.answers = [HELD]
    call.send("UPDATE", HOLD)
    assert call.response(200).body.decode() == HELD
    call.send("UPDATE", headers=[("Contact", "<sip:moved@203.0.113.7:5070>")])
    assert call.response(200).body == b""
    leg.bye()
    stage.settle()
    assert str(phone.request("BYE").uri) == "sip:moved@203.0.113.7:5070"


def test_update_and_reinvite_before_the_call_is_answered(stage, phone):
    call = phone.invite()
    stage.desk.legs[0].ring()
    call.response(180)
    call.send("UPDATE", HOLD)
    assert "Retry-After" in call.response(500).headers
    call.send("INVITE", HOLD)
    assert "Retry-After" in call.response(500).headers
    call.send("UPDATE")
    call.response(200)


def test_numbers_out_of_order(stage, phone):
    call, _ = standing(stage, phone)
    call.send("INFO", number=40)
    phone.response(200)
    call.send("INFO", number=39)
    phone.response(500)


def test_strangers_do_not_get_in(stage, phone):
    call, _leg = standing(stage, phone)
    call.local = call.local.partition(";tag=")[0] + ";tag=another"
    call.send("BYE")
    phone.response(481)
    assert stage.agent.calls == 1


def test_a_cancel_of_a_reinvite_does_not_end_the_call(stage, phone):
    call, leg = standing(stage, phone)
    gate = asyncio.Event()

    async def slow(offered):
        await gate.wait()
        return ANSWER

    leg.watcher.reoffered = slow
    reinvite = call.send("INVITE", HOLD)
    cancel = call.written("CANCEL", number=call.number)
    cancel.headers.setlist("Via", reinvite.headers.getlist("Via"))
    phone.say(cancel)
    gate.set()
    stage.settle()
    assert sorted(word for word in phone.words if word != 100) == [200, 487]
    assert not leg.is_over
    assert leg.session.open_offer == ""


# ---- ours


def test_we_offer_something_else(stage, phone):
    _, leg = standing(stage, phone)
    answer = started(stage, leg.reinvite(HELD))
    invite = phone.request("INVITE")
    assert invite.body.decode() == HELD
    phone.answer(invite, 200, HOLD)
    ack = phone.request("ACK")
    assert ack.cseq.sequence == invite.cseq.sequence
    assert answer.result() == HOLD
    assert leg.is_held


def test_our_offer_is_refused(stage, phone):
    _, leg = standing(stage, phone)
    answer = started(stage, leg.reinvite(HELD))
    phone.answer(phone.request("INVITE"), 488)
    with pytest.raises(Refused) as refused:
        answer.result()
    assert refused.value.code == 488
    assert not leg.is_over


@pytest.mark.parametrize("code", [408, 481])
def test_a_far_side_that_knows_nothing_of_the_call_ends_it(stage, phone, code):
    _, leg = standing(stage, phone)
    answer = started(stage, leg.reinvite(HELD))
    phone.answer(phone.request("INVITE"), code)
    stage.settle()
    assert answer.exception() is not None
    assert leg.watcher.told == [("ended", "network", "gone", code)]


def test_glare_and_the_second_attempt(stage, phone):
    for make, least_s, most_s in ((standing, 0, 2), (placed, 2.1, 4)):
        call, leg = make(stage, phone)
        answer = started(stage, leg.reinvite(HELD))
        invite = phone.request("INVITE")
        crossing = call.send("INVITE", HOLD)
        phone.response(491)
        call.ack_refusal(crossing)
        began_ms, before = stage.clock.ms, len(phone.times("INVITE"))
        phone.answer(invite, 491)
        phone.request("ACK")
        stage.pass_s(4.1)
        again_ms = phone.times("INVITE")[before]
        assert least_s <= (again_ms - began_ms) / 1000 <= most_s + 0.05
        phone.answer(phone.request("INVITE"), 200, HOLD)
        stage.settle()
        assert answer.result() == HOLD
        phone.forget()


def test_two_changes_of_ours_go_one_after_the_other(stage, phone):
    _, leg = standing(stage, phone)
    first, second = started(stage, leg.reinvite(HELD)), started(stage, leg.reinvite(ANSWER))
    phone.answer(phone.request("INVITE"), 200, HOLD)
    phone.request("ACK")
    phone.answer(phone.request("INVITE"), 200, OFFER)
    assert (first.result(), second.result()) == (HOLD, OFFER)


def test_a_change_waits_for_the_ack(stage, phone):
    call = phone.invite()
    leg = stage.desk.legs[0]
    leg.accept(ANSWER)
    call.response(200)
    started(stage, leg.reinvite(HELD))
    assert phone.words == []
    call.ack()
    phone.request("INVITE")


def test_who_asks_for_a_change_loses_patience(stage, phone):
    _, leg = standing(stage, phone)
    task = started(stage, leg.reinvite(HELD))
    invite = phone.request("INVITE")
    task.cancel()
    stage.settle()
    phone.answer(invite, 200, HOLD)
    phone.request("ACK")
    assert leg.session.open_offer == ""


def test_hanging_up_while_a_change_is_open(stage, phone):
    _, leg = standing(stage, phone)
    task = started(stage, leg.reinvite(HELD))
    invite = phone.request("INVITE")
    phone.answer(invite, 100)
    leg.bye()
    stage.settle()
    assert isinstance(task.exception(), Refused)
    assert sorted(phone.words) == ["BYE", "CANCEL"]


def test_a_change_that_is_never_answered(stage, phone):
    _, leg = standing(stage, phone)
    task = started(stage, leg.reinvite(HELD))
    phone.answer(phone.request("INVITE"), 100)
    stage.pass_s(32.1)
    assert isinstance(task.exception(), Refused)
    assert leg.watcher.told == [("ended", "network", "gone", 408)]
    stage.pass_s(80)
    assert not stage.agent.legs
    assert stage.agent.transactions.count == 0


def test_proxies_that_ask_for_a_password_in_the_call(stage, phone):
    leg, _ = stage.call(credentials=("bot", "secret"))
    phone.answer(phone.request("INVITE"), 200, OFFER)
    phone.request("ACK")
    leg.bye()
    stage.settle()
    first = phone.request("BYE")
    phone.answer(first, 407, headers=[("Proxy-Authenticate", 'Digest realm="p", nonce="n", qop="auth"')])
    second = phone.request("BYE")
    assert "Proxy-Authorization" in second.headers
    assert second.cseq.sequence == first.cseq.sequence + 1
    phone.answer(second, 200)
    assert not stage.agent.legs


# ---- session timers (RFC 4028)


def test_a_session_too_short_is_refused(stage, phone):
    call = phone.invite(headers=[("Session-Expires", "60"), ("Supported", "timer")])
    assert call.response(422).headers["Min-SE"] == "90"
    assert not stage.desk.legs


@pytest.mark.parametrize(
    ("asked", "answered", "refresher"),
    [
        ({"Supported": "timer", "Session-Expires": "600;refresher=uas"}, "600;refresher=uas", "local"),
        ({"Supported": "timer", "Session-Expires": "600;refresher=uac"}, "600;refresher=uac", "remote"),
        ({"Supported": "timer", "Session-Expires": "600"}, "600;refresher=uac", "remote"),
        ({"Supported": "timer", "Session-Expires": "7200", "Min-SE": "3600"}, "3600;refresher=uac", "remote"),
        ({"Supported": "timer"}, "1800;refresher=uas", "local"),
        ({"Session-Expires": "600"}, "600;refresher=uas", "local"),
        ({}, None, None),
    ],
)
def test_who_refreshes(stage, phone, asked, answered, refresher):
    call = phone.invite(headers=list(asked.items()))
    leg = stage.desk.legs[0]
    leg.accept(ANSWER)
    response = call.response(200)
    assert response.headers.get("Session-Expires") == answered
    assert ("timer" in response.require) == (answered is not None and "Supported" in asked)
    terms = leg.session.timer.terms
    assert (terms.refresher if terms else None) == refresher


def test_we_refresh_by_update_where_they_know_it(stage, phone):
    headers = [("Supported", "timer"), ("Session-Expires", "100;refresher=uas"), ("Allow", "INVITE, UPDATE")]
    _call, leg = standing(stage, phone, headers=headers)
    for _ in range(5):
        stage.pass_s(50.1)
        update = phone.request("UPDATE")
        assert update.headers["Session-Expires"] == "100;refresher=uac"
        assert update.body == b""
        phone.answer(update, 200, headers=[("Session-Expires", "100;refresher=uac")])
    assert not leg.is_over


def test_we_refresh_by_reinvite_where_they_do_not(stage, phone):
    headers = [("Supported", "timer"), ("Session-Expires", "100;refresher=uas")]
    _, leg = standing(stage, phone, headers=headers)
    leg.watcher.answers = [HELD]
    stage.pass_s(50.1)
    invite = phone.request("INVITE")
    assert invite.body.decode() == HELD
    phone.answer(invite, 200, HOLD, headers=[("Session-Expires", "100;refresher=uac")])
    phone.request("ACK")
    assert leg.watcher.told == [("reoffered", ""), ("reanswered", HOLD)]


def test_a_refresh_that_is_turned_down_is_tried_again_until_the_end(stage, phone):
    headers = [("Supported", "timer"), ("Session-Expires", "120;refresher=uas"), ("Allow", "UPDATE")]
    _, leg = standing(stage, phone, headers=headers)
    for _ in range(3):
        stage.pass_s(60.1 if not phone.times("UPDATE") else 10.1)
        phone.answer(phone.request("UPDATE"), 501)
    stage.pass_s(8)
    assert leg.watcher.told == [("ended", "network", "expired", 408)]
    assert phone.times("BYE") == [88_000]


def test_a_refresh_that_nobody_answers_ends_the_call(stage, phone):
    headers = [("Supported", "timer"), ("Session-Expires", "600;refresher=uas"), ("Allow", "UPDATE")]
    _, leg = standing(stage, phone, headers=headers)
    stage.pass_s(333)
    assert leg.watcher.told == [("ended", "network", "gone", 408)]


def test_a_caller_who_does_not_refresh_is_gone(stage, phone):
    call, leg = standing(stage, phone, headers=[("Supported", "timer"), ("Session-Expires", "90;refresher=uac")])
    stage.pass_s(50)
    call.send("UPDATE", headers=[("Supported", "timer"), ("Session-Expires", "90;refresher=uac")])
    assert phone.response(200).headers["Session-Expires"] == "90;refresher=uac"
    stage.pass_s(59)
    assert not leg.is_over
    stage.pass_s(1.1)
    assert leg.watcher.told == [("ended", "network", "expired", 408)]
    assert phone.times("BYE") == [110_000]


def test_timers_of_calls_that_go_out(stage, phone):
    _, leg = placed(stage, phone, headers=[("Session-Expires", "200;refresher=uac"), ("Allow", "UPDATE")])
    stage.pass_s(100.1)
    update = phone.request("UPDATE")
    phone.answer(update, 422, headers=[("Min-SE", "400")])
    update = phone.request("UPDATE")
    assert update.headers["Session-Expires"] == "400;refresher=uac"
    phone.answer(update, 200, headers=[("Session-Expires", "400;refresher=uas")])
    assert leg.session.timer.terms.refresher == "remote"


def test_calls_that_go_out_to_who_knows_no_timers():
    stage = Stage(UserAgentSettings(session_s=90))
    phone = stage.side()
    _, leg = placed(stage, phone)
    stage.pass_s(300)
    assert not leg.is_over
    assert phone.words == []
    leg.bye()
    stage.settle()
    stage.close()
