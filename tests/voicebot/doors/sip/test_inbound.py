"""Calls that come in: ring, answer, ACK, CANCEL and BYE at every moment, in virtual time."""

import pytest

from tests.fakes.sip import ANSWER, OFFER, PHONE, SILENT_DNS_S, FarSide, Stage, sdp
from voicebot.doors.sip.transport import Hop
from voicebot.doors.sip.wire import UserAgentSettings


@pytest.fixture
def stage():
    made = Stage()
    yield made
    made.close()


@pytest.fixture
def phone(stage: Stage) -> FarSide:
    return stage.side()


def accepted(stage: Stage, phone: FarSide, **how):
    """A call that stands, and its leg."""
    call = phone.invite(**how)
    leg = stage.desk.legs[-1]
    leg.accept(ANSWER)
    call.response(200)
    call.ack()
    return call, leg


def nothing_is_left(stage: Stage) -> bool:
    return not stage.agent.legs and stage.agent.transactions.count == 0


def test_a_call_rings_is_accepted_acknowledged_and_hung_up_by_the_caller(stage, phone):
    call = phone.invite()
    leg = stage.desk.legs[0]
    assert phone.response(100)
    leg.ring()
    ringing = call.response(180)
    leg.accept(ANSWER)
    answer = call.response(200)
    assert answer.headers["To"] == ringing.headers["To"]
    assert answer.body.decode() == ANSWER
    assert answer.headers["Content-Type"] == "application/sdp"
    assert str(answer.contact[0].uri) == "sip:15881234@198.51.100.9:5060"
    assert "UPDATE" in answer.headers["Allow"]
    assert "timer" in answer.headers["Supported"]
    assert leg.offered_sdp == OFFER
    assert leg.watcher.told == []
    call.ack()
    assert leg.watcher.told == [("acknowledged", "")]
    assert stage.agent.calls == 1
    call.send("BYE")
    phone.response(200)
    assert leg.watcher.told[1:] == [("ended", "caller", "hung_up", 0)]
    assert stage.agent.calls == 0
    stage.pass_s(40)
    assert nothing_is_left(stage)


def test_the_200_is_repeated_until_the_ack(stage, phone):
    call = phone.invite()
    stage.desk.legs[0].accept(ANSWER)
    stage.pass_s(12)
    call.response(200)
    call.ack()
    stage.pass_s(40)
    assert phone.times(200) == [0, 500, 1500, 3500, 7500, 11500]
    assert stage.desk.legs[0].watcher.told == [("acknowledged", "")]


def test_a_200_that_nobody_acknowledges_ends_in_bye(stage, phone):
    phone.invite()
    leg = stage.desk.legs[0]
    leg.accept(ANSWER)
    stage.pass_s(31.9)
    assert leg.watcher.told == []
    stage.pass_s(0.2)
    assert leg.watcher.told == [("ended", "network", "no_ack", 408)]
    assert phone.times("BYE") == [32_000]
    phone.answer(phone.heard[-1][1], 200)
    stage.pass_s(40)
    assert nothing_is_left(stage)


def test_the_first_ack_gets_lost(stage, phone):
    call = phone.invite()
    stage.desk.legs[0].accept(ANSWER)
    call.response(200)
    stage.is_lost = lambda message: getattr(message, "method", "") == "ACK"
    call.ack()
    stage.is_lost = lambda message: False
    stage.pass_s(0.6)
    call.response(200)
    call.ack()
    stage.pass_s(40)
    assert len(phone.times(200)) == 2


def test_cancel_while_it_rings(stage, phone):
    call = phone.invite()
    leg = stage.desk.legs[0]
    leg.ring()
    call.cancel()
    assert phone.words == [100, 180, 200, 487]
    assert leg.watcher.told == [("ended", "caller", "cancelled", 487)]
    leg.accept(ANSWER)  # too late
    assert phone.words == [100, 180, 200, 487]
    stage.pass_s(70)
    assert nothing_is_left(stage)


def test_cancel_that_crosses_the_200_changes_nothing(stage, phone):
    call = phone.invite()
    leg = stage.desk.legs[0]
    leg.accept(ANSWER)
    call.cancel()
    assert phone.words == [100, 200, 200]
    call.response(200)
    call.ack()
    call.send("BYE")
    assert leg.watcher.told == [("acknowledged", ""), ("ended", "caller", "hung_up", 0)]


def test_bye_instead_of_cancel(stage, phone):
    call = phone.invite()
    leg = stage.desk.legs[0]
    leg.ring()
    call.response(180)
    call.send("BYE")
    assert sorted(phone.words) == [200, 487]
    assert leg.watcher.told == [("ended", "caller", "hung_up", 487)]


def test_bye_of_the_caller_before_the_ack(stage, phone):
    call = phone.invite()
    leg = stage.desk.legs[0]
    leg.accept(ANSWER)
    call.response(200)
    call.send("BYE")
    phone.response(200)
    assert leg.watcher.told == [("ended", "caller", "hung_up", 0)]
    stage.pass_s(40)
    assert phone.words == []
    assert nothing_is_left(stage)


def test_our_bye_waits_for_the_ack(stage, phone):
    call = phone.invite()
    leg = stage.desk.legs[0]
    leg.accept(ANSWER)
    call.response(200)
    leg.bye("Q.850;cause=16")
    stage.settle()
    assert phone.words == []
    assert leg.watcher.told == [("ended", "service", "hung_up", 0)]
    call.ack()
    bye = phone.request("BYE")
    assert bye.headers["Reason"] == "Q.850;cause=16"
    assert bye.headers["To"] == call.local
    assert bye.headers["From"] == call.remote
    assert str(bye.uri) == "sip:01012345678@203.0.113.7:5060"
    phone.answer(bye, 200)
    assert leg.watcher.told == [("ended", "service", "hung_up", 0)]
    assert not stage.agent.legs


def test_our_bye_is_said_without_an_ack_in_the_end(stage, phone):
    phone.invite()
    leg = stage.desk.legs[0]
    leg.accept(ANSWER)
    leg.bye()
    stage.pass_s(32.1)
    assert phone.times("BYE") == [32_000]
    assert leg.watcher.told == [("ended", "service", "hung_up", 0)]


def test_both_hang_up_at_once(stage, phone):
    call, leg = accepted(stage, phone)
    leg.bye()
    stage.settle()
    ours = phone.request("BYE")
    call.send("BYE")
    phone.response(200)
    phone.answer(ours, 200)
    assert [told for told in leg.watcher.told if told[0] == "ended"] == [("ended", "service", "hung_up", 0)]
    stage.pass_s(40)
    assert nothing_is_left(stage)


def test_a_bye_that_nobody_answers_is_repeated_and_given_up(stage, phone):
    _, leg = accepted(stage, phone)
    leg.bye()
    stage.pass_s(33)
    assert len(phone.times("BYE")) == 11
    assert nothing_is_left(stage)


@pytest.mark.parametrize(
    ("code", "headers"),
    [(486, ()), (503, (("Retry-After", "5"),)), (302, (("Contact", "<sip:other@192.0.2.9>"),)), (488, ())],
)
def test_a_call_is_refused(stage, phone, code, headers):
    call = phone.invite()
    leg = stage.desk.legs[0]
    leg.refuse(code, headers=headers)
    refused = call.response(code)
    for name, value in headers:
        assert refused.headers[name] == value
    assert leg.watcher.told == [("ended", "service", "refused", code)]
    assert not stage.agent.legs


def test_nobody_decides_and_the_caller_is_not_kept(stage, phone):
    phone.invite()
    stage.pass_s(60.1)
    assert phone.times(480) == [60_000]


def test_how_long_calls_of_ours_ring_is_no_matter_of_those_that_come_in():
    stage = Stage(UserAgentSettings(ring_s=5, accept_s=20))
    phone = stage.side()
    phone.invite()
    stage.pass_s(20.1)
    assert phone.times(480) == [20_000]
    stage.close()


def test_an_invitation_expires(stage, phone):
    phone.invite(headers=[("Expires", "7")])
    stage.pass_s(7.1)
    assert phone.times(480) == [7_000]


def test_hanging_up_before_accepting_refuses(stage, phone):
    call = phone.invite()
    stage.desk.legs[0].bye()
    call.response(480)


def test_late_offer(stage, phone):
    call = phone.invite("")
    leg = stage.desk.legs[0]
    assert leg.offered_sdp == ""
    leg.accept(ANSWER)
    assert call.response(200).body.decode() == ANSWER
    call.ack(OFFER)
    assert leg.watcher.told == [("acknowledged", OFFER)]


def test_late_offer_that_is_not_answered(stage, phone):
    call = phone.invite("")
    leg = stage.desk.legs[0]
    leg.accept(ANSWER)
    call.response(200)
    call.ack()
    assert leg.watcher.told == [("ended", "network", "no_description", 488)]
    phone.request("BYE")


def test_early_sound(stage, phone):
    call = phone.invite()
    leg = stage.desk.legs[0]
    leg.progress(ANSWER)
    assert call.response(183).body.decode() == ANSWER
    leg.accept(ANSWER)
    assert call.response(200).body.decode() == ANSWER


def test_requests_go_by_the_record_route(stage, phone):
    proxy = stage.side(Hop("udp", "192.0.2.50", 5060))
    routes = "<sip:192.0.2.50;lr;ftag=x%2By>, <sip:192.0.2.51;lr>"
    call = proxy.invite(headers=[("Record-Route", routes), ("Contact", "<sip:c@10.0.0.7:5062;ob>")])
    leg = stage.desk.legs[0]
    leg.accept(ANSWER)
    assert call.response(200).headers.getlist("Record-Route") == [routes]
    call.ack()
    leg.bye()
    stage.settle()
    bye = proxy.request("BYE")
    assert str(bye.uri) == "sip:c@10.0.0.7:5062;ob"
    assert [str(route) for route in bye.route] == ["<sip:192.0.2.50;lr;ftag=x%2By>", "<sip:192.0.2.51;lr>"]


def test_a_strict_router_gets_what_it_wants(stage, phone):
    proxy = stage.side(Hop("udp", "192.0.2.50", 5060))
    call = proxy.invite(headers=[("Record-Route", "<sip:192.0.2.50>"), ("Contact", "<sip:c@192.0.2.60>")])
    leg = stage.desk.legs[0]
    leg.accept(ANSWER)
    call.response(200)
    call.ack()
    leg.bye()
    stage.settle()
    bye = proxy.request("BYE")
    assert str(bye.uri) == "sip:192.0.2.50"
    assert [str(route) for route in bye.route] == ["<sip:c@192.0.2.60>"]


@pytest.mark.parametrize(
    ("contact", "goes_to"),
    [
        ("<sip:c@192.168.0.5:5060>", "203.0.113.7"),  # behind a router: the address that we see
        ("<sip:c@192.0.2.60:5060>", "192.0.2.60"),  # a proxy that does not want to see more
    ],
)
def test_a_private_contact_is_reached_at_its_source(stage, contact, goes_to):
    phone = stage.side(Hop("udp", "203.0.113.7", 41_234))
    stage.side(Hop("udp", "192.0.2.60", 5060))
    via = "SIP/2.0/UDP 192.168.0.5:5060;rport;branch=z9hG4bKnat"
    call = phone.invite(headers=[("Contact", contact), ("Via", via)])
    leg = stage.desk.legs[0]
    leg.accept(ANSWER)
    call.response(200)
    call.ack()
    leg.bye()
    stage.settle()
    side = stage.sides[goes_to]
    assert side.heard[-1][1].method == "BYE"
    assert str(side.heard[-1][1].uri) == contact.strip("<>")
    if goes_to == phone.hop.host:
        assert side.at[-1] == phone.hop


def test_a_contact_of_which_no_dns_says_anything_is_reached_where_the_call_came_from(stage, phone):
    stage.hops["phone.internal"] = []
    _, leg = accepted(stage, phone, headers=[("Contact", "<sip:c@phone.internal>")])
    leg.bye()
    stage.pass_s(SILENT_DNS_S + 0.1)
    assert phone.times("BYE") == [round(SILENT_DNS_S * 1000)]
    bye = phone.request("BYE")
    assert str(bye.uri) == "sip:c@phone.internal"
    phone.answer(bye, 200)
    stage.pass_s(70)
    assert nothing_is_left(stage)


def test_a_tcp_caller_is_answered_over_its_connection(stage):
    phone = stage.side(Hop("tcp", "203.0.113.7", 51_000))
    call = phone.invite(headers=[("Contact", "<sip:c@203.0.113.7:5060;transport=tcp>")])
    leg = stage.desk.legs[0]
    leg.accept(ANSWER)
    assert str(call.response(200).contact[0].uri) == "sip:15881234@198.51.100.9:5060;transport=tcp"
    call.ack()
    leg.bye()
    stage.settle()
    assert phone.at[-1] == phone.hop
    stage.transports.fail(phone.hop)  # it was closed meanwhile
    stage.settle()
    assert phone.at[-1] == Hop("tcp", "203.0.113.7", 5060)


def test_more_legs_than_allowed_are_refused():
    stage = Stage(UserAgentSettings(most_legs=2))
    phone = stage.side()
    phone.invite()
    phone.invite()
    phone.forget()
    phone.invite()
    assert phone.response(503).headers["Retry-After"] == "10"
    assert len(stage.desk.legs) == 2
    stage.close()


def test_closing_hangs_up_and_waits_for_the_answers(stage, phone):
    _, leg = accepted(stage, phone)
    ringing = phone.invite()
    closing = stage.loop.create_task(stage.agent.close())
    stage.settle()
    stage.pass_s(0.1)
    assert sorted(map(str, phone.words)) == ["100", "480", "BYE"]
    assert not closing.done()
    bye = next(message for _, message in phone.heard if getattr(message, "method", "") == "BYE")
    phone.answer(bye, 200)
    stage.pass_s(0.1)
    assert closing.done()
    assert leg.watcher.told[-1] == ("ended", "service", "hung_up", 0)
    assert ringing.invite.call_id != leg.request.call_id


def test_an_owner_that_fails_is_no_disaster(stage, phone):
    def fail(leg):
        raise RuntimeError("the desk is on fire")

    stage.desk.when_invited = fail
    phone.invite()
    phone.response(500)
    assert not stage.agent.legs


def test_hold_is_seen(stage, phone):
    _, leg = accepted(stage, phone)
    assert not leg.is_held
    _, leg = accepted(stage, phone, offer=sdp(direction="sendonly"))
    assert leg.is_held


def test_where_it_came_from(stage, phone):
    phone.invite()
    leg = stage.desk.legs[0]
    assert leg.source == PHONE
    assert leg.direction == "in"
    assert leg.caller.number == "01012345678"
    assert leg.caller.called == "15881234"
    assert leg.remote.uri.user == "01012345678"
    assert leg.local.uri.user == "15881234"
