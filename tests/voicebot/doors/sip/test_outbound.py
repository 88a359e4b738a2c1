"""Calls that go out: answers of all kinds, forks, passwords, redirections and CANCEL, in virtual time."""

import pytest

from tests.fakes.sip import ANSWER, OFFER, PHONE, SILENT_DNS_S, FarCall, FarSide, Stage
from voicebot.doors.sip.challenger import Challenger
from voicebot.doors.sip.transport import Hop
from voicebot.doors.sip.wire import UserAgentSettings


@pytest.fixture
def stage():
    made = Stage(UserAgentSettings(session_s=0))
    yield made
    made.close()


@pytest.fixture
def phone(stage: Stage) -> FarSide:
    return stage.side()


def nothing_is_left(stage: Stage) -> bool:
    return not stage.agent.legs and stage.agent.transactions.count == 0


def ended(watcher):
    return [told[1:] for told in watcher.told if told[0] == "ended"]


def test_a_call_rings_is_picked_up_and_hung_up(stage, phone):
    leg, watcher = stage.call(headers={"X-Campaign": "happy"})
    invite = phone.request("INVITE")
    assert str(invite.uri) == "sip:01012345678@203.0.113.7"
    assert invite.body.decode() == ANSWER
    assert invite.headers["X-Campaign"] == "happy"
    assert invite.from_address.parameters["tag"] == leg.id
    assert str(invite.contact[0].uri) == "sip:15881234@198.51.100.9:5060"
    phone.answer(invite, 100)
    phone.answer(invite, 180)
    assert watcher.told == [("early", 180, "")]
    answer = phone.answer(invite, 200, OFFER)
    ack = phone.request("ACK")
    assert ack.cseq.sequence == invite.cseq.sequence
    assert ack.headers["To"] == answer.headers["To"]
    assert watcher.told[1:] == [("answered", OFFER)]
    assert leg.is_up
    leg.bye()
    stage.settle()
    bye = phone.request("BYE")
    assert bye.cseq.sequence == invite.cseq.sequence + 1
    phone.answer(bye, 200)
    assert ended(watcher) == [("service", "hung_up", 0)]
    stage.pass_s(40)
    assert nothing_is_left(stage)


def test_the_far_side_hangs_up(stage, phone):
    _, watcher = stage.call()
    invite = phone.request("INVITE")
    call = FarCall.of(phone, invite, phone.answer(invite, 200, OFFER))
    phone.request("ACK")
    call.send("BYE")
    phone.response(200)
    assert ended(watcher) == [("caller", "hung_up", 0)]
    stage.pass_s(40)
    assert nothing_is_left(stage)


def test_a_repeated_200_is_acknowledged_each_time(stage, phone):
    _, watcher = stage.call()
    invite = phone.request("INVITE")
    answer = phone.answer(invite, 200, OFFER)
    phone.say(answer)
    phone.say(answer)
    assert phone.words == ["ACK", "ACK", "ACK"]
    assert len({bytes(phone.request("ACK")) for _ in range(3)}) == 1
    assert len(watcher.told) == 1


@pytest.mark.parametrize(
    ("code", "by"), [(486, "caller"), (603, "caller"), (404, "network"), (488, "network"), (503, "network")]
)
def test_a_refusal(stage, phone, code, by):
    _, watcher = stage.call()
    invite = phone.request("INVITE")
    phone.answer(invite, code)
    phone.request("ACK")
    assert ended(watcher) == [(by, "refused", code)]
    stage.pass_s(70)
    assert nothing_is_left(stage)


def test_nobody_answers_at_all(stage, phone):
    _, watcher = stage.call()
    stage.pass_s(33)
    assert len(phone.times("INVITE")) == 7
    assert ended(watcher) == [("network", "unreachable", 408)]
    stage.pass_s(40)
    assert nothing_is_left(stage)


def test_nobody_picks_up(stage, phone):
    _, watcher = stage.call()
    invite = phone.request("INVITE")
    phone.answer(invite, 180)
    stage.pass_s(60.1)
    assert ended(watcher) == [("network", "no_answer", 408)]
    cancel = phone.request("CANCEL")
    assert cancel.headers["Via"] == invite.headers["Via"]
    phone.answer(cancel, 200)
    phone.answer(invite, 487)
    phone.request("ACK")
    stage.pass_s(70)
    assert nothing_is_left(stage)


def test_taken_back_before_anything_was_heard(stage, phone):
    leg, watcher = stage.call()
    invite = phone.request("INVITE")
    leg.bye("SIP;cause=200")
    stage.settle()
    assert ended(watcher) == [("service", "hung_up", 0)]
    assert phone.words == []
    phone.answer(invite, 180)
    assert phone.request("CANCEL").headers["Reason"] == "SIP;cause=200"
    assert watcher.told == [("ended", "service", "hung_up", 0)]


def test_picked_up_while_it_was_taken_back(stage, phone):
    leg, watcher = stage.call()
    invite = phone.request("INVITE")
    phone.answer(invite, 180)
    leg.bye()
    stage.settle()
    phone.request("CANCEL")
    answer = phone.answer(invite, 200, OFFER)
    phone.request("ACK")
    bye = phone.request("BYE")
    phone.say(answer)
    phone.request("ACK")
    phone.answer(bye, 200)
    assert ended(watcher) == [("service", "hung_up", 0)]
    assert not [told for told in watcher.told if told[0] == "answered"]
    stage.pass_s(70)
    assert nothing_is_left(stage)


def test_of_two_that_pick_up_the_first_has_the_call(stage, phone):
    leg, watcher = stage.call()
    invite = phone.request("INVITE")
    phone.answer(invite, 180, tag="kitchen")
    phone.answer(invite, 180, tag="hall")
    phone.answer(invite, 200, OFFER, tag="hall")
    phone.request("ACK")
    second = phone.answer(invite, 200, OFFER, tag="kitchen")
    ack, bye = phone.request("ACK"), phone.request("BYE")
    assert ack.to_address.parameters["tag"] == bye.to_address.parameters["tag"] == "kitchen"
    phone.answer(bye, 200)
    phone.say(second)
    phone.request("ACK")
    assert [told[0] for told in watcher.told] == ["early", "early", "answered"]
    assert leg.session.peer.dialog.remote_tag == "hall"


def test_picked_up_behind_a_proxy_that_had_refused(stage, phone):
    _, watcher = stage.call()
    invite = phone.request("INVITE")
    phone.answer(invite, 486)
    phone.request("ACK")
    phone.answer(invite, 200, OFFER, tag="late")
    phone.request("ACK")
    phone.request("BYE")
    assert ended(watcher) == [("caller", "refused", 486)]


def test_a_password_is_given_once(stage, phone):
    challenger = Challenger("pbx", algorithms=("MD5",))
    _, watcher = stage.call(credentials=("bot", "secret"))
    first = phone.request("INVITE")
    phone.answer(first, 401, headers=challenger.challenge("bot"))
    phone.request("ACK")
    second = phone.request("INVITE")
    assert second.cseq.sequence == first.cseq.sequence + 1
    assert second.call_id == first.call_id
    assert second.headers["From"] == first.headers["From"]
    checked = challenger.check(second, {"bot": "secret"}.get, "bot")
    assert checked.verdict == "right"
    phone.answer(second, 407, headers=[("Proxy-Authenticate", 'Digest realm="proxy", nonce="n", qop="auth"')])
    phone.request("ACK")
    third = phone.request("INVITE")
    assert third.headers["Authorization"] == second.headers["Authorization"]
    assert 'realm="proxy"' in third.headers["Proxy-Authorization"]
    phone.answer(third, 200, OFFER)
    assert watcher.told == [("answered", OFFER)]


def test_a_wrong_password_is_not_given_again(stage, phone):
    challenger = Challenger("pbx", algorithms=("MD5",))
    _, watcher = stage.call(credentials=("bot", "wrong"))
    for _ in range(2):
        phone.answer(phone.request("INVITE"), 401, headers=challenger.challenge("bot"))
        phone.request("ACK")
    assert phone.words == []
    assert ended(watcher) == [("network", "refused", 401)]


def test_without_a_password_a_challenge_is_a_refusal(stage, phone):
    _, watcher = stage.call()
    phone.answer(phone.request("INVITE"), 407, headers=[("Proxy-Authenticate", 'Digest realm="p", nonce="n"')])
    assert ended(watcher) == [("network", "refused", 407)]


def test_redirections_are_followed_the_most_wanted_first(stage, phone):
    other = stage.side(Hop("udp", "203.0.113.8", 5060))
    third = stage.side(Hop("udp", "203.0.113.9", 5060))
    _, watcher = stage.call()
    moved = "<sip:a@203.0.113.9>;q=0.2, <sip:b@203.0.113.8>;q=0.9, <mailto:c@d.e>"
    first = phone.request("INVITE")
    phone.answer(first, 302, headers=[("Contact", moved)])
    second = other.request("INVITE")
    assert str(second.uri) == "sip:b@203.0.113.8"
    assert second.headers["To"] == first.headers["To"]
    other.answer(second, 480)
    third.answer(third.request("INVITE"), 200, OFFER)
    assert watcher.told == [("answered", OFFER)]


def test_redirections_in_a_circle_end(stage, phone):
    other = stage.side(Hop("udp", "203.0.113.8", 5060))
    _, watcher = stage.call()
    phone.answer(phone.request("INVITE"), 302, headers=[("Contact", "<sip:b@203.0.113.8>")])
    back = "<sip:01012345678@203.0.113.7>, <sip:b@203.0.113.8>"
    other.answer(other.request("INVITE"), 302, headers=[("Contact", back)])
    assert ended(watcher) == [("network", "refused", 302)]


def test_redirections_without_end_are_bounded(stage, phone):
    _, watcher = stage.call()
    for number in range(6):
        phone.answer(phone.request("INVITE"), 302, headers=[("Contact", f"<sip:{number}@203.0.113.7>")])
        phone.request("ACK")
    assert phone.words == []
    assert ended(watcher) == [("network", "refused", 302)]


def test_the_next_address_is_tried_where_one_is_not_reached_or_busy(stage):
    dead, busy, good = (Hop("tcp", f"203.0.113.{number}", 5060) for number in (1, 2, 3))
    for hop in (dead, busy, good):
        stage.side(hop)
    stage.hops["trunk.example"] = [dead, busy, good]
    _, watcher = stage.call("sip:1@trunk.example;transport=tcp")
    stage.transports.fail(dead)
    stage.settle()
    side = stage.sides[busy.host]
    side.answer(side.request("INVITE"), 503)
    side = stage.sides[good.host]
    invite = side.request("INVITE")
    assert len(invite.via) == 1
    side.answer(invite, 200, OFFER)
    assert watcher.told == [("answered", OFFER)]


def test_a_name_of_which_no_dns_says_anything(stage):
    stage.hops["trunk.example"] = []
    _, watcher = stage.call("sip:010@trunk.example")
    stage.pass_s(SILENT_DNS_S + 0.1)
    assert ended(watcher) == [("network", "unreachable", 503)]
    stage.pass_s(40)
    assert nothing_is_left(stage)


def test_through_an_outbound_proxy(stage):
    proxy = stage.side(Hop("udp", "192.0.2.50", 5060))
    leg, _ = stage.call("sip:1@far.example", route="sip:192.0.2.50;lr")
    invite = proxy.request("INVITE")
    assert str(invite.uri) == "sip:1@far.example"
    assert invite.headers["Route"] == "<sip:192.0.2.50;lr>"
    record = "<sip:192.0.2.51;lr>, <sip:192.0.2.50;lr>"
    proxy.answer(invite, 200, OFFER, headers=[("Record-Route", record)], contact="<sip:x@10.9.9.9>")
    ack = proxy.request("ACK")
    assert str(ack.uri) == "sip:x@10.9.9.9"
    assert [str(route) for route in ack.route] == ["<sip:192.0.2.50;lr>", "<sip:192.0.2.51;lr>"]
    assert leg.is_up


def test_a_200_without_description_is_acknowledged_and_hung_up(stage, phone):
    _, watcher = stage.call()
    phone.answer(phone.request("INVITE"), 200)
    phone.request("ACK")
    phone.request("BYE")
    assert ended(watcher) == [("network", "no_description", 488)]


def test_early_sound_that_the_200_does_not_repeat(stage, phone):
    _, watcher = stage.call()
    invite = phone.request("INVITE")
    phone.answer(invite, 183, OFFER)
    phone.answer(invite, 200)
    assert watcher.told == [("early", 183, OFFER), ("answered", OFFER)]


def test_a_bye_before_anybody_has_picked_up_is_none(stage, phone):
    _, watcher = stage.call()
    invite = phone.request("INVITE")
    call = FarCall.of(phone, invite, phone.answer(invite, 180))
    call.send("BYE")
    phone.response(481)
    assert watcher.told == [("early", 180, "")]


def test_a_session_that_is_too_short_for_them(stage, phone):
    stage = Stage(UserAgentSettings(session_s=100, min_session_s=90))
    phone = stage.side()
    stage.call()
    first = phone.request("INVITE")
    assert first.headers["Session-Expires"] == "100"
    phone.answer(first, 422, headers=[("Min-SE", "600")])
    phone.request("ACK")
    assert phone.request("INVITE").headers["Session-Expires"] == "600"
    stage.close()


@pytest.mark.parametrize(
    "wanted",
    [{"target": "not an address"}, {"from_": "<<"}, {"headers": {"X": "1\r\nEvil: 2"}}, {"headers": {"X Y": "1"}}],
)
def test_what_cannot_be_called_is_told_at_once(stage, wanted):
    with pytest.raises(ValueError):
        stage.call(**wanted)
    assert not stage.agent.legs


def test_who_is_called_stands_in_the_leg(stage, phone):
    leg, _ = stage.call()
    assert leg.caller.number == "01012345678"
    assert leg.caller.called == "15881234"
    assert leg.direction == "out"
    assert leg.source == PHONE
