"""Legs are made, given parts and hung up; the desk hears once what became of each, and none of them is left behind."""

import asyncio

import pytest
from sipmessage import URI

from aicc.service.desk.leg import NoLeg
from aicc.service.desk.legs import MOST_LEGS, Legs
from aicc.service.sip.dialling import Way
from tests.aicc.service.desk.legs_office import AGENT, AGENT_SDP, PHONE, LegsOffice
from tests.aicc.service.sip.office import OUR_OFFER, PROXY
from tests.fakes.sip import ANSWER, OFFER, OURS, FarCall, sdp
from voicebot.doors.sip.wire import UserAgentSettings
from voicebot.link import AddLeg, Begin, Done, Reanswer, Refused, RemoveLeg, Reoffer, SetPart

WAY = Way(URI.parse(f"sip:{PROXY.host}"), "15881234", ("nuri", "secret"))
UNFIT = Refused("no codec in common", is_description=True)
SILENT = Refused("the call's process does not answer")
SILENCE_S = 40  # after so long nobody waits for an answer any more


@pytest.fixture
def open_office():
    """``open_office(...)`` is a LegsOffice, closed in the end."""
    opened = []

    def make(**how):
        opened.append(LegsOffice(**how))
        return opened[-1]

    yield make
    for office in opened:
        office.close()


@pytest.fixture
def office(open_office):
    return open_office()


def answer_rest(side):
    """The far side answers what it was not asked by the test: the BYE of a leg that is hung up."""
    while side.words:
        message = side.next()
        if getattr(message, "method", "") == "BYE":
            side.answer(message, 200)


# ---- a telephone that is picked up


def test_a_telephone_rings_is_picked_up_talks_and_hangs_up(office):
    invite = office.ring()
    assert str(invite.uri) == PHONE
    assert invite.body.decode() == OUR_OFFER
    assert invite.headers["X-AICC-Call"] == office.call_id
    assert invite.from_address.name == "010-1234-5678"
    assert str(invite.from_address.uri) == f"sip:01012345678@{OURS[0]}"
    assert office.process.asked == [AddLeg(office.call_id, "kim", "sip", "", OURS[0])]
    phone = office.phone
    phone.answer(invite, 180)
    phone.answer(invite, 183, sdp(AGENT, 7_002))
    assert office.news == []
    answered = phone.answer(invite, 200, AGENT_SDP)
    phone.request("ACK")
    assert office.process.asked[1:] == [Begin(office.call_id, AGENT_SDP, "kim")]
    assert office.news == [("answered", "kim")]
    assert office.run(office.legs.set_part(office.call_id, "kim", "talking"))
    assert office.process.legs == {(office.call_id, "kim"): "talking"}
    FarCall.of(phone, invite, answered).send("BYE")
    phone.response(200)
    assert office.news[1:] == [("lost", "kim", "hung_up")]
    assert office.asked[-1] == ("RemoveLeg", "kim")
    assert office.process.endings == []  # the caller is still there
    office.assert_nothing_is_left()


def test_the_desk_hangs_up(office):
    office.picked_up()
    office.drop()
    assert office.asked[-1] == ("RemoveLeg", "kim")
    office.phone.answer(office.phone.request("BYE"), 200)
    assert office.news == [("answered", "kim")]
    office.assert_nothing_is_left()


def test_sound_flows_before_the_process_has_answered_and_both_are_told(office):
    begun = office.process.waits[Begin] = asyncio.Event()
    office.picked_up()
    office.comes_up()
    assert office.news == [("up", "kim")]
    begun.set()
    office.stage.settle()
    assert office.news == [("up", "kim"), ("answered", "kim")]


def test_two_agents_at_telephones(office):
    first, second = office.picked_up("kim"), office.picked_up("lee", at="203.0.113.21")
    first.send("BYE")
    assert office.news[2:] == [("lost", "kim", "hung_up")]
    second.send("BYE")
    assert office.news[3:] == [("lost", "lee", "hung_up")]
    office.assert_nothing_is_left()


def test_the_telephone_puts_us_on_hold_and_comes_back(office):
    call = office.picked_up()
    held = sdp(AGENT, 7_000, "sendonly", version=2)
    call.send("INVITE", held)
    assert call.response(200).body.decode() == ANSWER
    call.ack()
    call.send("INVITE")
    assert call.response(200).body.decode() == OUR_OFFER
    again = sdp(AGENT, 7_000, version=3)
    call.ack(again)
    id_ = office.call_id
    assert office.process.asked[2:] == [Reoffer(id_, held, "kim"), Reoffer(id_, "", "kim"), Reanswer(id_, again, "kim")]


def test_a_new_description_that_fits_nothing_changes_nothing(office):
    call = office.picked_up()
    office.process.refuses[Reoffer] = [UNFIT]
    call.send("INVITE", sdp(AGENT, 7_000, version=2))
    call.response(488)
    assert office.legs.count == 1


def test_an_answer_to_our_new_offer_that_fits_nothing_ends_the_leg(office):
    call = office.picked_up()
    call.send("INVITE")
    call.response(200)
    office.process.refuses[Reanswer] = [UNFIT]
    call.ack(sdp(AGENT, 7_000, version=2))
    assert office.phone.request("BYE").headers["Reason"] == "SIP;cause=488"
    assert office.news[1:] == [("lost", "kim", "no_description")]
    office.assert_nothing_is_left()


def test_keys_of_the_telephone_are_not_the_callers(office):
    call = office.picked_up()
    call.send("INFO", "Signal=5\r\n", kind="application/dtmf-relay")
    call.response(200)
    assert office.asked == [("AddLeg", "kim"), ("Begin", "kim")]
    assert len(office.process.asked) == 2


def test_a_telephone_that_asks_us_to_call_somebody_is_turned_down(office):
    call = office.picked_up()
    call.send("REFER", headers=[("Refer-To", "<sip:premium@203.0.113.66>")])
    call.response(603)
    assert office.legs.count == 1


def test_a_telephone_that_is_gone_without_a_word_ends_with_its_session(open_office):
    office = open_office(settings=UserAgentSettings(session_s=90))
    invite = office.ring()
    assert invite.headers["Session-Expires"] == "90"
    office.phone.answer(invite, 200, AGENT_SDP, headers=[("Session-Expires", "90;refresher=uas")])
    office.phone.request("ACK")
    office.stage.pass_s(91, 500)
    assert office.phone.request("BYE")
    assert office.news == [("answered", "kim"), ("lost", "kim", "expired")]
    assert office.asked[-1] == ("RemoveLeg", "kim")


# ---- whom is rung


def test_an_outside_number_goes_by_the_sites_way_with_its_password(open_office):
    office = open_office(way=WAY)
    first = office.ring(to="02-123-4567", at=PROXY.host)
    proxy = office.side(PROXY.host)
    assert str(first.uri) == f"sip:021234567@{PROXY.host}"
    assert (
        str(first.from_address)
        == f'"010-1234-5678" <sip:15881234@{PROXY.host}>;tag={first.from_address.parameters["tag"]}'
    )
    proxy.answer(first, 407, headers=[("Proxy-Authenticate", 'Digest realm="sbc", nonce="n", qop="auth"')])
    proxy.request("ACK")
    second = proxy.request("INVITE")
    assert 'username="nuri"' in second.headers["Proxy-Authorization"]
    assert second.headers["X-AICC-Call"] == office.call_id
    proxy.answer(second, 200, AGENT_SDP)
    assert office.news == [("answered", "kim")]


def test_where_there_is_no_telephone(office):
    legs = Legs(office.front.ask, lambda: None, office.told)
    with pytest.raises(NoLeg, match=r"this service has no telephone: write sip\.listen into aicc\.yaml"):
        office.run(legs.ring(office.call_id, "kim", PHONE, ""))
    assert office.asked == []


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("021234567", r"write sip\.outbound into aicc\.yaml"),
        ("김상담", "cannot be called: write a number, or sip:USER@HOST"),
    ],
)
def test_who_cannot_be_rung(office, to, why):
    with pytest.raises(NoLeg, match=why):
        office.ring(to=to)
    assert office.asked == []
    office.assert_nothing_is_left()


def test_a_name_that_nobody_knows(office):
    office.stage.hops["pbx.example"] = []
    with pytest.raises(NoLeg, match=r"no answer about pbx\.example: check the address"):
        office.ring(to="sip:kim@pbx.example")
    office.assert_nothing_is_left()


# ---- a telephone that is not picked up


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (486, "busy"),
        (600, "busy"),
        (480, "no_answer"),
        (408, "no_answer"),
        (603, "refused"),
        (404, "no_such_number"),
        (403, "unreachable"),
        (488, "unreachable"),
        (500, "unreachable"),
        (503, "unreachable"),
    ],
)
def test_a_telephone_that_refuses(office, code, reason):
    invite = office.ring()
    office.phone.answer(invite, code)
    assert office.news == [("refused", "kim", reason)]
    assert office.asked == [("AddLeg", "kim"), ("RemoveLeg", "kim")]
    office.assert_nothing_is_left()


def test_a_telephone_that_is_not_there(office, caplog):
    office.ring()
    office.stage.pass_s(SILENCE_S, 500)
    assert office.news == [("refused", "kim", "unreachable")]
    assert f"{PHONE} is not to be reached (408)" in caplog.text
    office.assert_nothing_is_left()


def test_a_telephone_that_rings_for_ever(office):
    office.phone.answer(office.ring(), 180)
    office.stage.pass_s(61, 500)
    office.phone.request("CANCEL")
    assert office.news == [("refused", "kim", "no_answer")]


def test_the_ring_limit_of_the_desk(office):
    invite = office.ring()
    office.phone.answer(invite, 180)
    office.drop()
    office.phone.answer(office.phone.request("CANCEL"), 200)
    office.phone.answer(invite, 487)
    assert office.news == []
    assert office.asked == [("AddLeg", "kim"), ("RemoveLeg", "kim")]
    office.assert_nothing_is_left()


@pytest.mark.parametrize(
    ("answer", "reason", "cause"), [(UNFIT, "no_description", 488), (SILENT, "gone", 500), (Done(False), "gone", 500)]
)
def test_a_telephone_whose_sound_cannot_be_is_hung_up(office, answer, reason, cause):
    office.process.refuses[Begin] = [answer]
    office.picked_up()
    assert office.phone.request("BYE").headers["Reason"] == f"SIP;cause={cause}"
    assert office.news == [("refused", "kim", reason)]
    assert office.asked[-1] == ("RemoveLeg", "kim")
    office.assert_nothing_is_left()


# ---- two things at once


def test_it_is_dropped_while_the_200_is_on_its_way(office):
    invite = office.ring()
    office.drop()
    office.phone.answer(invite, 200, AGENT_SDP)
    answer_rest(office.phone)
    assert [word for _, message in office.phone.heard if (word := getattr(message, "method", ""))] == [
        "INVITE",
        "ACK",
        "BYE",
    ]
    assert office.news == []
    assert ("Begin", "kim") not in office.asked
    office.assert_nothing_is_left()


def test_it_is_dropped_while_the_process_begins(office):
    begun = office.process.waits[Begin] = asyncio.Event()
    office.process.refuses[Begin] = [Done()]  # which it did before it heard of the drop
    office.picked_up()
    office.drop()
    assert office.phone.request("BYE")
    begun.set()
    office.stage.settle()
    assert office.news == []
    office.assert_nothing_is_left()


def test_the_telephone_hangs_up_while_the_process_begins(office):
    begun = office.process.waits[Begin] = asyncio.Event()
    office.process.refuses[Begin] = [Done()]
    office.picked_up().send("BYE")
    assert office.news == [("refused", "kim", "hung_up")]
    begun.set()
    office.stage.settle()
    assert office.news == [("refused", "kim", "hung_up")]
    office.assert_nothing_is_left()


def test_two_drops_are_one(office):
    office.picked_up()
    first, second = (office.begin(office.legs.drop(office.call_id, "kim")) for _ in range(2))
    assert first.done() and second.done()
    assert office.asked.count(("RemoveLeg", "kim")) == 1
    assert office.phone.words == ["BYE"]
    office.assert_nothing_is_left()


def test_it_is_lost_and_dropped_at_once(office):
    office.picked_up()
    office.loses()
    office.drop()
    assert office.news[1:] == [("lost", "kim", "silence")]
    assert ("RemoveLeg", "kim") not in office.asked  # the process has said that it is gone
    assert office.phone.words == ["BYE"]


def test_it_is_dropped_and_lost_at_once(office):
    call = office.picked_up()
    removed = office.process.waits[RemoveLeg] = asyncio.Event()
    dropping = office.begin(office.legs.drop(office.call_id, "kim"))
    office.loses()
    call.send("BYE")
    removed.set()
    office.stage.settle()
    assert dropping.done()
    assert office.news == [("answered", "kim")]
    office.assert_nothing_is_left()


def test_the_process_loses_a_leg_that_rings(office):
    office.ring()
    office.loses(reason="no_answer")
    assert office.news == [("refused", "kim", "no_answer")]
    office.stage.pass_s(2 * SILENCE_S, 500)
    assert office.telephone.status()["legs"] == 1  # the caller's


@pytest.mark.parametrize("does", [LegsOffice.hang_up_the_caller, LegsOffice.dies])
def test_the_call_is_gone_while_it_rings_and_the_200_comes_after(office, does):
    invite = office.ring()
    office.phone.answer(invite, 180)
    does(office)
    office.phone.answer(invite, 200, AGENT_SDP)
    answer_rest(office.phone)
    methods = [word for _, message in office.phone.heard if (word := getattr(message, "method", ""))]
    assert methods == ["INVITE", "CANCEL", "ACK", "BYE"]
    assert office.news == []
    assert ("Begin", "kim") not in office.asked


@pytest.mark.parametrize("does", [LegsOffice.hang_up_the_caller, LegsOffice.dies])
def test_the_call_is_gone_while_they_talk(office, does):
    office.picked_up()
    does(office)
    office.phone.answer(office.phone.request("BYE"), 200)
    assert office.news == [("answered", "kim")]
    assert office.legs.count == 0


def test_the_call_is_gone_while_the_process_begins(office):
    begun = office.process.waits[Begin] = asyncio.Event()
    office.picked_up()
    office.hang_up_the_caller()
    begun.set()
    office.stage.settle()
    assert office.phone.words == ["BYE"]
    assert office.news == []
    office.assert_nothing_is_left()


def test_it_is_dropped_while_the_process_makes_it(office):
    made = office.process.waits[AddLeg] = asyncio.Event()
    ringing = office.begin(office.legs.ring(office.call_id, "kim", PHONE, ""))
    office.drop()
    assert office.asked == [("AddLeg", "kim"), ("RemoveLeg", "kim")]  # and comes too early
    made.set()
    office.stage.settle()
    with pytest.raises(NoLeg, match="hung up before it was there"):
        ringing.result()
    assert office.asked[-1] == ("RemoveLeg", "kim")
    assert office.phone.words == []
    assert office.news == []
    office.assert_nothing_is_left()


def test_it_is_dropped_while_the_telephone_is_looked_for(office):
    found = office.found_when = asyncio.Event()
    ringing = office.begin(office.legs.ring(office.call_id, "kim", PHONE, ""))
    office.drop()
    found.set()
    office.stage.settle()
    assert isinstance(ringing.exception(), NoLeg)
    assert office.asked == []
    office.assert_nothing_is_left()


def test_the_process_loses_it_as_soon_as_it_is_made(office):
    made = office.process.waits[AddLeg] = asyncio.Event()
    ringing = office.begin(office.legs.ring(office.call_id, "kim", PHONE, ""))
    office.loses()
    made.set()
    office.stage.settle()
    assert isinstance(ringing.exception(), NoLeg)  # whoever rings hears, and nobody else
    assert office.news == []
    office.assert_nothing_is_left()


def test_the_call_is_gone_while_the_process_makes_it(office):
    made = office.process.waits[AddLeg] = asyncio.Event()
    ringing = office.begin(office.legs.ring(office.call_id, "kim", PHONE, ""))
    office.hang_up_the_caller()
    made.set()
    office.stage.settle()
    assert isinstance(ringing.exception(), NoLeg)
    assert office.phone.words == []
    office.assert_nothing_is_left()


def test_who_rings_gives_up_waiting(office):
    made = office.process.waits[AddLeg] = asyncio.Event()
    ringing = office.begin(office.legs.ring(office.call_id, "kim", PHONE, ""))
    ringing.cancel()
    made.set()
    office.stage.settle()
    assert ringing.cancelled()
    assert office.asked[-1] == ("RemoveLeg", "kim")
    office.assert_nothing_is_left()


def test_a_process_that_did_not_answer_is_told_that_nothing_came_of_it(office):
    office.process.refuses[AddLeg] = [SILENT]
    with pytest.raises(NoLeg, match="the call's process does not answer"):
        office.ring()
    assert office.asked == [("RemoveLeg", "kim")]
    assert office.phone.words == []
    office.assert_nothing_is_left()


# ---- browsers


def open_browser(office, leg="kim"):
    return office.run(office.legs.browser(office.call_id, leg, OFFER, "198.51.100.1"))


def test_a_browser_gets_its_answer_and_is_there(office):
    assert open_browser(office) == ANSWER
    assert office.process.asked == [AddLeg(office.call_id, "kim", "webrtc", OFFER, "198.51.100.1")]
    office.comes_up()
    assert office.run(office.legs.set_part(office.call_id, "kim", "talking"))
    assert office.news == [("up", "kim")]
    office.loses(reason="no_way")
    assert office.news[1:] == [("lost", "kim", "no_way")]
    office.assert_nothing_is_left()


def test_a_browser_comes_back_by_another_way(office):
    open_browser(office)
    again = sdp(version=2)
    assert office.run(office.legs.renegotiate(office.call_id, "kim", again)) == ANSWER
    assert office.process.asked[-1] == Reoffer(office.call_id, again, "kim")


def test_a_browser_whose_leg_is_gone_cannot_come_back(office):
    open_browser(office)
    office.drop()
    with pytest.raises(NoLeg, match="the leg is not there any more: connect anew"):
        office.run(office.legs.renegotiate(office.call_id, "kim", OFFER))
    office.assert_nothing_is_left()


def test_a_browser_that_cannot_be_joined(office):
    office.process.refuses[AddLeg] = [UNFIT]
    with pytest.raises(NoLeg, match="no codec in common"):
        open_browser(office)
    assert not office.run(office.legs.set_part(office.call_id, "kim", "talking"))
    assert not any(isinstance(command, SetPart) for command in office.process.asked)
    office.assert_nothing_is_left()


def test_a_browser_for_a_call_that_is_over(office):
    office.hang_up_the_caller()
    with pytest.raises(NoLeg, match="the call is over"):
        open_browser(office)
    office.assert_nothing_is_left()


def test_a_name_is_one_legs(office):
    open_browser(office)
    with pytest.raises(NoLeg, match='there is a leg "kim" already'):
        office.ring()
    assert office.legs.count == 1


def test_one_leg_too_many(office):
    for number in range(MOST_LEGS):
        open_browser(office, f"agent {number}")
    with pytest.raises(NoLeg, match=f"{MOST_LEGS} legs are in this call already: hang one up first"):
        open_browser(office, "one more")
    office.assert_nothing_is_left()


def test_what_is_said_of_legs_that_nobody_has_is_not_passed_on(office):
    office.comes_up("nobody")
    office.loses("nobody")
    office.drop("nobody")
    assert office.news == []
    assert office.asked == []


# ---- all of them


OUTCOMES = ("hung up", "hangs up", "busy", "silent", "taken back", "dropped", "crossed", "lost", "no sound", "browser")


def test_nothing_is_left_of_200_rings_of_all_outcomes(office):
    for number in range(200):
        leg, outcome = f"agent-{number}", OUTCOMES[number % len(OUTCOMES)]
        if outcome == "browser":
            open_browser(office, leg)
            office.drop(leg)
            continue
        if outcome == "no sound":
            office.process.refuses[Begin] = [UNFIT]
        invite, phone = office.ring(leg), office.phone
        match outcome:
            case "busy":
                phone.answer(invite, 486, tag=leg)
            case "silent":
                office.stage.pass_s(SILENCE_S, 2_000)
            case "taken back":
                phone.answer(invite, 180, tag=leg)
                office.drop(leg)
                phone.answer(phone.request("CANCEL"), 200, tag=leg)
                phone.answer(invite, 487, tag=leg)
            case "crossed":
                office.drop(leg)
                phone.answer(invite, 200, AGENT_SDP, tag=leg)
            case _:
                answered = phone.answer(invite, 200, AGENT_SDP, tag=leg)
                if outcome == "hangs up":
                    FarCall.of(phone, invite, answered).send("BYE")
                elif outcome == "lost":
                    office.loses(leg)
                elif outcome in ("hung up", "dropped"):
                    office.drop(leg)
        answer_rest(phone)
        assert office.legs.count == 0, outcome
    last_words = [leg for what, leg, *_ in office.news if what in ("refused", "lost")]
    assert len(last_words) == len(set(last_words)) == 100  # of the ten outcomes five are not the desk's own doing
    office.assert_nothing_is_left()
