"""Provisional answers that arrive for certain (RFC 3262), given and taken."""

import pytest

from tests.fakes.sip import ANSWER, OFFER, FarCall, FarSide, Stage, sdp

REQUIRED = [("Require", "100rel")]


@pytest.fixture
def stage():
    made = Stage()
    yield made
    made.close()


@pytest.fixture
def phone(stage: Stage) -> FarSide:
    return stage.side()


def prack(call, response, body=""):
    return call.send("PRACK", body, headers=[("RAck", f"{response.headers['RSeq']} {response.headers['CSeq']}")])


def test_ringing_is_repeated_until_the_prack(stage, phone):
    call = phone.invite(headers=REQUIRED)
    leg = stage.desk.legs[0]
    leg.ring()
    stage.pass_s(4)
    ringing = call.response(180)
    assert ringing.require == ["100rel"]
    assert phone.times(180) == [0, 500, 1500, 3500]
    prack(call, ringing)
    stage.pass_s(10)
    assert phone.times(180) == [0, 500, 1500, 3500]
    assert phone.times(200) == [4000]
    phone.forget()
    leg.accept(ANSWER)
    assert call.response(200).body.decode() == ANSWER
    call.ack(number=1)
    assert leg.watcher.told == [("acknowledged", "")]


def test_one_at_a_time_and_the_200_last(stage, phone):
    call = phone.invite(headers=REQUIRED)
    leg = stage.desk.legs[0]
    leg.ring()
    leg.progress(ANSWER)
    leg.accept(ANSWER)
    first = call.response(180)
    assert phone.words == []
    prack(call, first)
    phone.response(200)
    second = call.response(183)
    assert second.body.decode() == ANSWER
    assert int(second.headers["RSeq"]) == int(first.headers["RSeq"]) + 1
    prack(call, second)
    phone.response(200)
    assert call.response(200).body == b""  # the answer has arrived already
    call.ack(number=1)
    assert leg.watcher.told == [("acknowledged", "")]
    assert leg.session.local_sdp == ANSWER
    assert leg.session.remote_sdp == OFFER


def test_late_offer_in_a_provisional_answer(stage, phone):
    call = phone.invite("", headers=REQUIRED)
    leg = stage.desk.legs[0]
    leg.ring()
    assert phone.words == [100]
    leg.progress(ANSWER)
    progress = call.response(183)
    prack(call, progress, OFFER)
    phone.response(200)
    leg.accept(ANSWER)
    assert call.response(200).body == b""
    call.ack(number=1)
    assert leg.watcher.told == [("acknowledged", OFFER)]


def test_an_offer_in_a_prack_and_in_an_update(stage, phone):
    call = phone.invite(headers=REQUIRED)
    leg = stage.desk.legs[0]
    leg.progress(ANSWER)
    other, update = sdp(port=5000, version=2), sdp(port=6000, version=3)
    prack(call, call.response(183), other)
    assert phone.response(200).body.decode() == ANSWER
    call.send("UPDATE", update)
    assert phone.response(200).body.decode() == ANSWER
    assert leg.watcher.told == [("reoffered", other), ("reoffered", update)]


def test_a_prack_of_nothing(stage, phone):
    call = phone.invite(headers=REQUIRED)
    stage.desk.legs[0].ring()
    ringing = call.response(180)
    call.send("PRACK", headers=[("RAck", "99 1 INVITE")])
    phone.response(481)
    prack(call, ringing)
    phone.response(200)
    prack(call, ringing)
    phone.response(481)


def test_no_prack_comes(stage, phone):
    phone.invite(headers=REQUIRED)
    leg = stage.desk.legs[0]
    leg.progress(ANSWER)
    leg.accept(ANSWER)
    stage.pass_s(32.1)
    assert phone.times(504) == [32_000]
    assert leg.watcher.told == [("ended", "network", "no_prack", 504)]
    stage.pass_s(70)
    assert not stage.agent.legs
    assert stage.agent.transactions.count == 0


def test_cancel_stops_the_copies(stage, phone):
    call = phone.invite(headers=REQUIRED)
    stage.desk.legs[0].ring()
    call.cancel()
    stage.pass_s(10)
    assert len(phone.times(180)) == 1


def test_nobody_wants_them_for_certain(stage, phone):
    call = phone.invite(headers=[("Supported", "100rel")])
    stage.desk.legs[0].ring()
    assert "RSeq" not in call.response(180).headers


def test_theirs_are_acknowledged_in_order_and_once(stage, phone):
    _leg, watcher = stage.call()
    invite = phone.request("INVITE")
    assert "100rel" in invite.supported
    first = phone.answer(invite, 183, OFFER, headers=[("Require", "100rel"), ("RSeq", "7")])
    acknowledged = phone.request("PRACK")
    assert acknowledged.headers["RAck"] == f"7 {invite.cseq.sequence} INVITE"
    assert acknowledged.cseq.sequence == invite.cseq.sequence + 1
    phone.answer(acknowledged, 200)
    phone.say(first)  # a copy
    phone.answer(invite, 180, headers=[("Require", "100rel"), ("RSeq", "9")])  # overtook 8
    assert phone.words == []
    phone.answer(invite, 180, headers=[("Require", "100rel"), ("RSeq", "8")])
    phone.answer(phone.request("PRACK"), 200)
    update = sdp(port=5000, version=2)
    call = FarCall.of(phone, invite, first)
    call.send("UPDATE", update)
    assert phone.response(200).body.decode() == ANSWER
    phone.answer(invite, 200)
    assert watcher.told == [("early", 183, OFFER), ("early", 180, ""), ("reoffered", update), ("answered", update)]
    phone.request("ACK")
