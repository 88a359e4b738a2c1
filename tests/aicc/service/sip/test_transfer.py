"""REFER from the far side: somebody else is called, hears how it goes, and takes the call over, or it stays."""

import pytest

from tests.aicc.service.sip.office import OUR_OFFER, Office
from tests.fakes.sip import OURS, FarCall, sdp
from voicebot.link import Refused, Reoffer

THIRD = "203.0.113.9"
THIRD_SDP = sdp(THIRD, 6000)


@pytest.fixture
def office():
    made = Office()
    yield made
    made.close()


@pytest.fixture
def call(office):
    return office.call()


@pytest.fixture
def phone(office):
    return office.side()


@pytest.fixture
def third(office):
    return office.side(THIRD)


def refers(call, target=f"<sip:7002@{THIRD}>", **how):
    """The far side asks for it; we agree."""
    call.send("REFER", headers=[("Refer-To", target), ("Referred-By", "<sip:7001@pbx.example>")], **how)
    call.response(202)


def progress(phone):
    """What they were told so far of how it goes, first lines of message/sipfrag."""
    told = []
    while phone.words[:1] == ["NOTIFY"]:
        notify = phone.request("NOTIFY")
        phone.answer(notify, 200)
        told.append((notify.body.decode().strip(), notify.headers["Subscription-State"].partition(";")[0]))
    return told


def test_the_call_goes_on_with_the_third(office, call, phone, third):
    refers(call)
    invite = third.request("INVITE")
    assert invite.body.decode() == OUR_OFFER
    assert invite.headers["Referred-By"] == "<sip:7001@pbx.example>"
    assert str(invite.from_address.uri) == f"sip:15881234@{OURS[0]}"
    third.answer(invite, 180)
    assert progress(phone) == [("SIP/2.0 100 Trying", "active"), ("SIP/2.0 180 Ringing", "active")]
    third.answer(invite, 200, THIRD_SDP)
    third.request("ACK")
    assert office.asked == [("Begin", ""), ("Reoffer", ""), ("Reanswer", THIRD_SDP)]
    assert progress(phone) == [("SIP/2.0 200 OK", "terminated")]
    phone.answer(phone.request("BYE"), 200)
    assert office.process.endings == []
    assert office.telephone.status()["lines"] == 1


def test_the_third_hangs_up_in_the_end(office, call, phone, third):
    refers(call)
    invite = third.request("INVITE")
    answered = third.answer(invite, 200, THIRD_SDP)
    third.request("ACK")
    office.stage.pass_s(3)  # the old side says nothing to what it is told
    assert phone.words[-1] == "BYE"
    FarCall.of(third, invite, answered).send("BYE")
    assert office.process.endings == [("caller", "hung_up")]
    assert office.is_idle


@pytest.mark.parametrize(("code", "told"), [(486, "486 Busy Here"), (603, "603 Decline"), (404, "404 Not Found")])
def test_a_third_who_does_not_take_it(office, call, phone, third, code, told):
    refers(call)
    third.answer(third.request("INVITE"), code)
    third.request("ACK")
    assert progress(phone) == [("SIP/2.0 100 Trying", "active"), (f"SIP/2.0 {told}", "terminated")]
    assert office.asked == [("Begin", ""), ("Reoffer", "")]
    call.send("INFO", "Signal=5\r\n", kind="application/dtmf-relay")  # the call is as it was
    assert office.asked[2:] == [("Press", "5")]
    call.response(200)
    again = sdp(version=2)
    call.send("INVITE", again)
    call.response(200)
    assert office.asked[3:] == [("Reoffer", again)]


def test_a_third_who_is_nowhere(office, call, phone):
    refers(call, "<sip:7002@203.0.113.77>")
    progress(phone)
    office.stage.pass_s(40)
    assert progress(phone)[-1] == ("SIP/2.0 408 Request Timeout", "terminated")
    assert office.process.endings == []


def test_the_old_side_hangs_up_while_it_rings(office, call, phone, third):
    refers(call)
    invite = third.request("INVITE")
    third.answer(invite, 180)
    call.send("BYE")
    cancel = third.request("CANCEL")
    assert office.process.endings == [("caller", "hung_up")]
    third.answer(cancel, 200)
    third.answer(invite, 487)
    third.request("ACK")
    for notify in (phone.next() for word in phone.words if word == "NOTIFY"):
        phone.answer(notify, 481)
    assert office.is_idle


def test_the_bot_ends_the_call_while_it_rings(office, call, third):
    refers(call)
    invite = third.request("INVITE")
    third.answer(invite, 180)
    office.goes()
    third.request("CANCEL")


def test_the_third_picks_up_as_the_old_side_hangs_up(office, call, phone, third):
    refers(call)
    invite = third.request("INVITE")
    third.answer(invite, 180)
    call.send("BYE")
    third.answer(invite, 200, THIRD_SDP)
    assert {"ACK", "BYE"} <= set(third.words)
    assert office.process.endings == [("caller", "hung_up")]


def test_the_old_side_may_not_change_the_sound_while_it_rings(office, call, phone, third):
    """Our offer is with the third: an answer to another one would take its place."""
    refers(call)
    invite = third.request("INVITE")
    progress(phone)
    call.send("INVITE", sdp(direction="sendonly", version=2))
    call.response(488)
    call.ack(number=call.number)
    third.answer(invite, 200, THIRD_SDP)
    assert office.asked == [("Begin", ""), ("Reoffer", ""), ("Reanswer", THIRD_SDP)]


def test_a_call_that_was_not_begun_yet_begins_with_the_third(office, phone, third):
    call = phone.invite()
    call.response(200)
    refers(call)
    third.answer(third.request("INVITE"), 200, THIRD_SDP)
    assert office.asked == [("Reoffer", ""), ("Begin", THIRD_SDP)]


def test_one_who_refers_to_a_call_of_his_own(office, call, third):
    refers(call, f"<sip:7002@{THIRD}?Replaces=abc%3Bto-tag%3D1%3Bfrom-tag%3D2>")
    assert third.request("INVITE").headers["Replaces"] == "abc;to-tag=1;from-tag=2"


def test_a_process_that_offers_nothing(office, call, phone):
    office.process.refuses[Reoffer] = [Refused("the call is over")]
    refers(call)
    assert progress(phone)[-1] == ("SIP/2.0 500 Server Internal Error", "terminated")
    assert office.telephone.status()["lines"] == 1
