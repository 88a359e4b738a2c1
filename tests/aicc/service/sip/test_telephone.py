"""Calls find their slot or are told why not, each end hears of the other's, and nothing is left of any call."""

import asyncio
import logging

import pytest
from sipmessage import URI

from aicc.service.sip import telephone as telephone_module
from aicc.service.sip.dialling import NobodyToCall, Way
from aicc.service.sip.telephone import House
from tests.aicc.service.sip.office import OUR_OFFER, PROXY, WAY, Office
from tests.fakes.sip import ANSWER, OFFER, OURS, sdp
from voicebot.doors.sip.referring import Outcome
from voicebot.doors.sip.resolving import Unresolved
from voicebot.doors.sip.wire import UserAgentSettings
from voicebot.events import CallbackBooked, CallEnded, HandoffRequested
from voicebot.link import Begin, CommandFailed, Done, Offer, Refused, Reoffer, SendKeys


def answering(called):
    return f"scenario of {called}"


async def nowhere(uri):
    raise Unresolved(f"no address for {uri.host}")


async def at_the_proxy(uri):
    return [PROXY]


@pytest.fixture
def open_office():
    """``open_office(...)`` is an Office, closed in the end."""
    opened = []

    def make(house=None, **how):
        opened.append(Office(house, **how))
        return opened[-1]

    yield make
    for office in opened:
        office.close()


@pytest.fixture
def office(open_office):
    return open_office()


@pytest.fixture
def placing(open_office):
    """An office that places calls."""
    return open_office(House(answering, at_the_proxy, WAY))


# ---- calls that come in


def test_a_call_is_offered_accepted_and_begins_with_the_ack(open_office):
    office = open_office(settings=UserAgentSettings(variables={"X-Customer": "고객"}))
    phone = office.side()
    call = phone.invite(headers=[("X-Customer", "A-17")])
    answer = call.response(200)
    [offer] = office.process.offers
    assert answer.body.decode() == ANSWER
    assert answer.headers["X-AICC-Call"] == offer.call_id
    assert offer == Offer(
        offer.call_id, "sip", "01012345678", "15881234", "in", "scenario of 15881234", {"고객": "A-17"}, OFFER, OURS[0]
    )
    assert office.asked == []
    call.ack()
    assert office.asked == [("Begin", "")]
    call.send("BYE")
    phone.response(200)
    assert office.process.endings == [("caller", "hung_up")]
    assert office.is_idle


def test_a_call_without_a_description_gets_our_offer_and_begins_with_their_answer(office):
    call = office.side().invite("")
    assert call.response(200).body.decode() == OUR_OFFER
    call.ack(sdp())
    assert office.asked == [("Begin", sdp())]


def test_a_call_whose_ack_describes_nothing_ends(office):
    call = office.side().invite("")
    call.response(200)
    call.ack()
    assert office.side().request("BYE")
    assert office.process.endings == [("network", "no_description")]


@pytest.mark.parametrize(
    ("rules", "code", "header"),
    [
        ({}, 503, ("Retry-After", "5")),
        ({"when_full": 486}, 486, ("Retry-After", "5")),
        ({"overflow": "sip:agents@pbx.example"}, 302, ("Contact", "<sip:agents@pbx.example>")),
    ],
)
def test_one_call_too_many(open_office, rules, code, header):
    office = open_office(House(answering, nowhere, **rules), slots=1)
    office.call()
    refused = office.side("203.0.113.8").invite().response(code)
    assert refused.headers[header[0]] == header[1]
    assert len(office.process.offered) == 1
    assert office.telephone.status()["lines"] == 1


def test_no_call_while_the_service_goes_down(office):
    running = office.call()
    office.drains()
    refused = office.side("203.0.113.8").invite().response(503)
    assert refused.headers["Retry-After"] == "60"
    assert not office.telephone.is_open
    running.send("BYE")
    assert office.process.endings == [("caller", "hung_up")]


def test_no_call_while_no_process_is_up(office, caplog):
    assert office.telephone.is_open
    office.dies()
    assert office.side().invite().response(503).headers["Retry-After"] == "60"
    assert "a call from 203.0.113.7 is not taken: no media process is up" in caplog.text
    office.stage.pass_s(1)  # another one is up by now
    assert office.side("203.0.113.8").invite().response(200)


def test_a_description_that_fits_nothing_is_488(office, caplog):
    caplog.set_level(logging.INFO)
    office.process.refuses[Offer] = [Refused("no codec in common", is_description=True)]
    office.side().invite().response(488)
    assert "a call from 203.0.113.7 is not taken: no codec in common" in caplog.text
    assert office.is_idle


def test_a_caller_who_gives_up_while_a_slot_is_found(office):
    come = office.process.answers_when = asyncio.Event()
    call = office.side().invite()
    call.cancel()
    call.response(200)  # of the CANCEL
    call.response(487)
    come.set()
    office.stage.settle()
    assert office.is_idle


def test_a_process_that_fails_at_the_call(office, caplog):
    office.process.answers = [CommandFailed("a fault of ours")]
    office.side().invite().response(503)
    assert "a call from 203.0.113.7 is not taken: a media process failed at the call: see its log" in caplog.text
    assert office.is_idle


def test_a_call_that_cannot_begin_is_hung_up(office):
    office.process.refuses[Begin] = [Refused("no codec in common", is_description=True)]
    office.call()
    assert office.side().request("BYE").headers["Reason"] == "SIP;cause=488"
    assert office.process.endings == [("service", "hung_up")]


def test_a_call_that_is_gone_when_it_begins_is_hung_up(office):
    office.process.refuses[Begin] = [Done(False)]
    office.call()
    assert office.side().request("BYE").headers["Reason"] == "SIP;cause=500"


def test_they_describe_the_session_anew(office):
    call = office.call()
    held = sdp(direction="sendonly", version=2)
    call.send("INVITE", held)
    assert call.response(200).body.decode() == ANSWER
    call.ack()
    call.send("INVITE")
    assert call.response(200).body.decode() == OUR_OFFER
    call.ack(sdp(version=3))
    assert office.asked == [("Begin", ""), ("Reoffer", held), ("Reoffer", ""), ("Reanswer", sdp(version=3))]


def test_a_new_description_that_fits_nothing_changes_nothing(office):
    call = office.call()
    office.process.refuses[Reoffer] = [Refused("no codec in common", is_description=True)]
    call.send("INVITE", sdp(version=2))
    call.response(488)
    assert office.telephone.status()["lines"] == 1


def test_keys_beside_the_sound(office):
    call = office.call()
    call.send("INFO", "Signal=5\r\nDuration=160\r\n", kind="application/dtmf-relay")
    assert call.response(200)
    assert office.asked[1:] == [("Press", "5")]


def test_the_bot_hangs_up(office):
    office.call()
    office.log(CallEnded("bot", "goodbye", 1_000))
    bye = office.side().request("BYE")
    office.side().answer(bye, 200)
    assert office.is_idle


def test_its_process_dies(office):
    office.call()
    office.dies()
    assert office.side().request("BYE")


def test_the_telephone_closes(office):
    office.call()
    task = office.stage.loop.create_task(office.telephone.close())
    office.stage.settle()
    office.side().answer(office.side().request("BYE"), 200)
    assert task.done()


# ---- whom the bot hands over


HANDOFF = {"결제": "sip:billing@pbx.example", "default": "sip:agents@pbx.example"}


@pytest.mark.parametrize(("skill", "target"), [("결제", "billing"), ("배송", "agents"), ("", "agents")])
def test_who_wants_a_person_is_referred_to_one(open_office, skill, target):
    office = open_office(House(answering, nowhere, handoff=HANDOFF))
    call, phone = office.call(), office.side()
    office.hands_over(skill)
    office.goes()
    refer = phone.request("REFER")
    assert refer.headers["Refer-To"] == f"<sip:{target}@pbx.example>"
    phone.answer(refer, 202)
    assert phone.words == []  # the call stays until they have somebody
    call.send("NOTIFY", "SIP/2.0 200 OK", kind="message/sipfrag", headers=NOTIFIED)
    phone.response(200)
    phone.answer(phone.request("BYE"), 200)
    assert office.is_idle


NOTIFIED = [("Event", "refer"), ("Subscription-State", "terminated;reason=noresource")]


@pytest.mark.parametrize("code", [403, 503, 603])
def test_a_handoff_that_fails_ends_the_call(open_office, code):
    office = open_office(House(answering, nowhere, handoff=HANDOFF))
    office.call()
    phone = office.side()
    office.hands_over("결제")
    phone.answer(phone.request("REFER"), code)
    assert phone.request("BYE")


def test_who_was_promised_a_person_by_a_bot_that_broke_is_sent_to_one(open_office):
    office = open_office(House(answering, nowhere, handoff=HANDOFF))
    office.call()
    phone = office.side()
    office.log(HandoffRequested("fault", "결제", ""))
    office.log(CallEnded("service", "fault", 1_000))
    assert phone.request("REFER")


def test_who_was_promised_a_callback_is_not(open_office):
    office = open_office(House(answering, nowhere, handoff=HANDOFF))
    office.call()
    phone = office.side()
    office.log(HandoffRequested("fault", "결제", ""))
    office.log(CallbackBooked("2026-11-23T14:10", "01012345678"))
    office.log(CallEnded("service", "fault", 1_000))
    assert phone.request("BYE")


def test_who_is_not_trusted_has_us_call_nobody(open_office):
    office = open_office(House(answering, nowhere))
    call = office.call()
    call.send("REFER", headers=[("Refer-To", "<sip:0060012345@premium.example>")])
    office.side().response(403)
    assert office.asked == [("Begin", "")]


def test_a_handoff_to_nobody_ends_the_call(office):
    office.call()
    office.hands_over("결제")
    assert office.side().request("BYE")


def test_who_hangs_up_while_handed_over(open_office):
    office = open_office(House(answering, nowhere, handoff=HANDOFF))
    call, phone = office.call(), office.side()
    office.hands_over("결제")
    phone.answer(phone.request("REFER"), 202)
    call.send("BYE")
    phone.response(200)
    office.goes()
    assert office.is_idle
    assert "BYE" not in phone.words


# ---- what others want of a call


def test_keys_are_pressed_in_the_sound_where_that_takes_them(office):
    office.call()
    call_id = office.process.offered[-1]
    assert office.run(office.telephone.send_keys(call_id, "12#"))
    assert office.asked == [("Begin", ""), ("SendKeys", "12#")]
    assert office.side().words == []


def test_keys_are_pressed_beside_the_sound_where_it_does_not(office):
    office.call()
    phone = office.side()
    office.process.refuses[SendKeys] = [Done(False)]
    pressing = office.stage.loop.create_task(office.telephone.send_keys(office.process.offered[-1], "12"))
    for key in "12":
        office.stage.settle()
        info = phone.request("INFO")
        assert info.body.decode().startswith(f"Signal={key}\r\n")
        phone.answer(info, 200)
    office.stage.settle()
    assert pressing.result()


def test_keys_for_somebody_who_hangs_up_meanwhile(office):
    call, ask, come = office.call(), office.process.ask, asyncio.Event()

    async def slow(command):
        if isinstance(command, SendKeys):
            await come.wait()
        return await ask(command)

    office.process.ask = slow
    pressing = office.stage.loop.create_task(office.telephone.send_keys(office.process.offered[-1], "1"))
    office.stage.settle()
    call.send("BYE")
    come.set()
    office.stage.settle()
    assert pressing.result() is False


def test_nothing_is_wanted_of_a_call_that_is_none(office):
    assert not office.run(office.telephone.send_keys("none", "1"))
    assert office.run(office.telephone.transfer("none", "sip:7001@pbx.example")) is None


def test_a_transfer_that_arrives_ends_the_call(office):
    call, phone = office.call(), office.side()
    transferring = office.stage.loop.create_task(
        office.telephone.transfer(office.process.offered[-1], "sip:7001@pbx.example")
    )
    office.stage.settle()
    refer = phone.request("REFER")
    assert refer.headers["Refer-To"] == "<sip:7001@pbx.example>"
    phone.answer(refer, 202)
    assert office.process.endings == []  # the bot is there until they have somebody
    call.send("NOTIFY", "SIP/2.0 200 OK", kind="message/sipfrag", headers=NOTIFIED)
    phone.response(200)
    office.stage.settle()
    assert transferring.result() == Outcome(200, "OK")
    assert office.process.endings == [("service", "transferred")]
    phone.answer(phone.request("BYE"), 200)
    assert office.is_idle


def test_a_transfer_that_fails_leaves_the_call_as_it_was(office):
    call, phone = office.call(), office.side()
    call_id = office.process.offered[-1]
    transferring = office.stage.loop.create_task(office.telephone.transfer(call_id, "sip:7001@pbx.example"))
    office.stage.settle()
    with pytest.raises(RuntimeError, match="another REFER is under way"):
        office.run(office.telephone.transfer(call_id, "sip:7002@pbx.example"))
    phone.answer(phone.request("REFER"), 603)
    office.stage.settle()
    assert transferring.result().code == 603
    assert office.process.endings == []
    with pytest.raises(ValueError, match="URI"):
        office.run(office.telephone.transfer(call_id, "7001"))
    call.send("BYE")
    phone.response(200)
    assert office.is_idle


# ---- INVITE with Replaces


def replacing(call, answer):
    tags = [address.split("tag=")[1] for address in (answer.headers["To"], answer.headers["From"])]
    return [("Replaces", f"{call.invite.call_id};to-tag={tags[0]};from-tag={tags[1]}")]


def test_somebody_takes_the_place_of_the_caller(office):
    phone, other = office.side(), office.side("203.0.113.9")
    call = phone.invite()
    answer = call.response(200)
    call.ack()
    new = other.invite(sdp(other.hop.host), headers=replacing(call, answer))
    assert new.response(200).body.decode() == ANSWER
    new.ack()
    phone.answer(phone.request("BYE"), 200)
    assert office.asked == [("Begin", ""), ("Reoffer", sdp(other.hop.host))]
    assert office.process.endings == []  # the call goes on,
    new.send("INFO", "Signal=5\r\n", kind="application/dtmf-relay")
    assert office.asked[2:] == [("Press", "5")]  # with the new one
    new.send("BYE")
    assert office.process.endings == [("caller", "hung_up")]
    assert office.is_idle


def test_who_would_take_the_place_with_sound_that_fits_nothing(office):
    call = office.side().invite()
    answer = call.response(200)
    call.ack()
    office.process.refuses[Reoffer] = [Refused("no codec in common", is_description=True)]
    office.side("203.0.113.9").invite(headers=replacing(call, answer)).response(488)
    assert office.process.endings == []
    assert office.side().words == []


# ---- calls that go out


def test_a_call_is_placed_rings_and_begins_with_their_description(placing):
    call_id, proxy, invite = placing.place()
    [offer] = placing.process.offers
    variables = {"이름": "김누리"}
    assert offer == Offer(call_id, "sip", "01012345678", "15881234", "out", "해피콜", variables, "", OURS[0])
    assert str(invite.uri) == "sip:01012345678@203.0.113.40"
    assert str(invite.from_address.uri) == "sip:15881234@203.0.113.40"
    assert invite.body.decode() == OUR_OFFER
    proxy.answer(invite, 180)
    assert placing.asked == []
    proxy.answer(invite, 200, sdp())
    assert proxy.request("ACK")
    assert placing.asked == [("Begin", sdp())]
    placing.log(CallEnded("bot", "goodbye", 1_000))
    proxy.answer(proxy.request("BYE"), 200)
    placing.goes()
    assert placing.is_idle


def test_the_called_hangs_up(placing):
    _, _, call = placing.picked_up()
    call.send("BYE")
    assert placing.process.endings == [("caller", "hung_up")]
    assert placing.is_idle


@pytest.mark.parametrize(
    ("code", "ending"),
    [
        (486, ("caller", "busy")),
        (600, ("caller", "busy")),
        (603, ("caller", "refused")),
        (480, ("network", "no_answer")),
        (404, ("network", "no_such_number")),
        (500, ("network", "refused")),
    ],
)
def test_a_call_that_is_refused_leaves_why(placing, code, ending):
    _, proxy, invite = placing.place()
    proxy.answer(invite, code)
    assert placing.process.endings == [ending]
    assert placing.is_idle


def test_a_call_that_nobody_takes(placing):
    _, proxy, invite = placing.place()
    proxy.answer(invite, 180)
    placing.stage.pass_s(61)
    proxy.request("CANCEL")
    assert placing.process.endings == [("network", "no_answer")]


def test_a_proxy_that_is_not_there(placing):
    placing.place()
    placing.stage.pass_s(40)
    assert placing.process.endings == [("network", "unreachable")]
    assert placing.is_idle


def test_a_ringing_call_is_hung_up_by_the_service(placing):
    call_id, proxy, invite = placing.place()
    proxy.answer(invite, 180)
    placing.run(placing.front.hang_up(call_id))
    proxy.request("CANCEL")
    assert placing.process.endings == [("service", "hung_up")]


def test_a_service_that_places_no_calls(office):
    with pytest.raises(NobodyToCall, match=r"write sip\.outbound into aicc\.yaml"):
        office.run(office.telephone.place("010", "s", {}))


def test_a_proxy_that_is_nowhere(open_office):
    office = open_office(House(answering, nowhere, Way(URI.parse("sip:sbc.example"), "1588")))
    with pytest.raises(NobodyToCall, match=r"no address for sbc\.example: check sip\.outbound\.proxy"):
        office.run(office.telephone.place("010", "s", {}))
    assert office.process.offers == []


def test_no_room_for_a_call_of_ours(open_office):
    office = open_office(House(answering, at_the_proxy, WAY), slots=1)
    office.place()
    with pytest.raises(NobodyToCall, match=r"no room for a call \(busy\): try again later"):
        office.run(office.telephone.place("010", "s", {}))


def test_too_many_that_ring(open_office, monkeypatch):
    monkeypatch.setattr(telephone_module, "MOST_RINGING", 2)
    office = open_office(House(answering, at_the_proxy, WAY), slots=9)
    _, proxy, invite = office.place()
    office.place()
    with pytest.raises(NobodyToCall, match="2 calls of ours ring already"):
        office.run(office.telephone.place("010", "s", {}))
    proxy.answer(invite, 200, sdp())
    assert office.run(office.telephone.place("010", "s", {}))


def test_too_many_that_are_wanted_at_once(open_office, monkeypatch):
    monkeypatch.setattr(telephone_module, "MOST_RINGING", 2)
    office = open_office(House(answering, at_the_proxy, WAY), slots=9)

    async def place_three():
        wanted = (office.telephone.place("010", "s", {}) for _ in range(3))
        return await asyncio.gather(*wanted, return_exceptions=True)

    assert [type(outcome) for outcome in office.run(place_three())] == [str, str, NobodyToCall]
    assert len(office.process.offers) == 2
