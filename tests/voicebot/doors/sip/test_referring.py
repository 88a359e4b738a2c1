"""Transfers: REFER of both sides, what is reported of them, and calls that take the place of others."""

import pytest

from tests.fakes.sip import ANSWER, OFFER, FarCall, FarSide, Stage
from voicebot.doors.sip.dialog import Dialog
from voicebot.doors.sip.grammar import read_address
from voicebot.doors.sip.referring import Outcome, Replaces, parted, refer_to


@pytest.fixture
def stage():
    made = Stage()
    yield made
    made.close()


@pytest.fixture
def phone(stage: Stage) -> FarSide:
    return stage.side()


def standing(stage, phone):
    call = phone.invite()
    leg = stage.desk.legs[-1]
    leg.accept(ANSWER)
    call.response(200)
    call.ack()
    leg.watcher.told.clear()
    return call, leg


def started(stage, work):
    task = stage.loop.create_task(work)
    stage.settle()
    return task


def notify(call, code, state="active;expires=60", event="refer"):
    call.send(
        "NOTIFY",
        f"SIP/2.0 {code} Whatever\r\n",
        kind="message/sipfrag;version=2.0",
        headers=[("Event", event), ("Subscription-State", state)],
    )


# ---- ours


def test_we_send_the_caller_elsewhere(stage, phone):
    call, leg = standing(stage, phone)
    outcome = started(stage, leg.refer("sip:agent7@pbx.example"))
    refer = phone.request("REFER")
    assert refer.headers["Refer-To"] == "<sip:agent7@pbx.example>"
    assert refer.headers["Referred-By"] == "<sip:15881234@198.51.100.9>"
    phone.answer(refer, 202)
    notify(call, 100)
    phone.response(200)
    notify(call, 180)
    phone.response(200)
    assert not outcome.done()
    notify(call, 200, "terminated;reason=noresource")
    phone.response(200)
    stage.settle()
    assert outcome.result() == Outcome(200, "Whatever")
    assert not leg.is_over


def test_a_notify_that_overtakes_the_202(stage, phone):
    call, leg = standing(stage, phone)
    outcome = started(stage, leg.refer("sip:agent7@pbx.example"))
    refer = phone.request("REFER")
    notify(call, 486, "terminated;reason=noresource")
    phone.response(200)
    phone.answer(refer, 202)
    stage.settle()
    assert outcome.result().code == 486
    assert not outcome.result().is_reached


@pytest.mark.parametrize(
    ("code", "headers", "outcome"),
    [(403, [], 403), (202, [("Refer-Sub", "false")], 0)],
)
def test_outcomes_that_no_notify_tells(stage, phone, code, headers, outcome):
    _, leg = standing(stage, phone)
    task = started(stage, leg.refer("sip:agent7@pbx.example"))
    phone.answer(phone.request("REFER"), code, headers=headers)
    stage.settle()
    assert task.result().code == outcome


def test_nothing_is_reported(stage, phone):
    _, leg = standing(stage, phone)
    task = started(stage, leg.refer("sip:agent7@pbx.example"))
    phone.answer(phone.request("REFER"), 202)
    stage.pass_s(60.1)
    assert task.result().code == 0


def test_the_caller_is_gone_before_it_is_known(stage, phone):
    call, leg = standing(stage, phone)
    task = started(stage, leg.refer("sip:agent7@pbx.example"))
    phone.answer(phone.request("REFER"), 202)
    call.send("BYE")
    stage.settle()
    assert task.result().code == 0
    assert leg.is_over


def test_a_subscription_that_ends_without_a_word(stage, phone):
    call, leg = standing(stage, phone)
    task = started(stage, leg.refer("sip:agent7@pbx.example"))
    phone.answer(phone.request("REFER"), 202)
    notify(call, 100, "terminated;reason=timeout")
    stage.settle()
    assert task.result().code == 0


def test_notifies_of_nothing_are_refused(stage, phone):
    call, _ = standing(stage, phone)
    notify(call, 200)
    phone.response(481)
    notify(call, 200, event="message-summary")
    phone.response(489)


def test_only_one_refer_at_a_time_and_only_while_the_call_stands(stage, phone):
    call, leg = standing(stage, phone)
    task = started(stage, leg.refer("sip:agent7@pbx.example"))
    with pytest.raises(RuntimeError):
        started(stage, leg.refer("sip:agent8@pbx.example")).result()
    call.send("BYE")
    stage.settle()
    assert task.done()
    with pytest.raises(RuntimeError):
        started(stage, leg.refer("sip:agent8@pbx.example")).result()


def test_where_to_must_be_an_address(stage, phone):
    _, leg = standing(stage, phone)
    with pytest.raises(ValueError):
        started(stage, leg.refer("sip:a@b>\r\nEvil: 1")).result()
    assert phone.words == []


def test_the_caller_takes_our_place_at_the_agent(stage, phone):
    _, leg = standing(stage, phone)
    agent, _watcher = stage.call("sip:agent7@203.0.113.7")
    invite = phone.request("INVITE")
    phone.answer(invite, 200, OFFER, tag="agents", contact="<sip:agent7@203.0.113.7:5080>")
    phone.request("ACK")
    started(stage, leg.refer("sip:agent7@203.0.113.7", agent))
    target, replaces = parted(read_address(phone.request("REFER").headers["Refer-To"]))
    assert str(target) == "sip:agent7@203.0.113.7"
    assert replaces == Replaces(invite.call_id, "agents", agent.id)


# ---- theirs


def test_they_send_us_elsewhere_and_hear_how_it_goes(stage, phone):
    call, leg = standing(stage, phone)
    refer = call.send("REFER", headers=[("Refer-To", "<sip:other@192.0.2.9>"), ("Referred-By", "<sip:boss@x.y>")])
    assert leg.watcher.told == [("referred", "sip:other@192.0.2.9")]
    referral = leg.watcher.referrals[0]
    assert referral.referred_by == "<sip:boss@x.y>"
    referral.accept()
    stage.settle()
    phone.response(202)
    for code, phrase, state in ((100, "Trying", "active"), (180, "Ringing", "active"), (200, "OK", "terminated")):
        if code > 100:
            referral.report(code)
            stage.settle()
        said = phone.request("NOTIFY")
        assert said.body == f"SIP/2.0 {code} {phrase}\r\n".encode()
        assert said.headers["Content-Type"] == "message/sipfrag;version=2.0"
        assert said.headers["Event"] == "refer"
        assert said.headers["Subscription-State"].startswith(state)
        phone.answer(said, 200)
    referral.report(486)
    stage.settle()
    assert phone.words == []
    again = call.send("REFER", headers=[("Refer-To", "<sip:other@192.0.2.9>")])
    leg.watcher.referrals[1].accept()
    stage.settle()
    phone.response(202)
    assert phone.request("NOTIFY").headers["Event"] == f"refer;id={again.cseq.sequence}"
    assert refer.cseq.sequence < again.cseq.sequence


def test_a_refer_is_refused(stage, phone):
    call, leg = standing(stage, phone)
    call.send("REFER", headers=[("Refer-To", "<tel:+8215880000>")])
    leg.watcher.referrals[0].refuse(603)
    phone.response(603)
    leg.watcher.referrals[0].report(200)
    stage.settle()
    assert phone.words == []
    call.send("REFER", headers=[("Refer-To", "<tel:+8215880000>")])
    assert len(leg.watcher.referrals) == 2


def test_a_second_refer_while_one_is_open(stage, phone):
    call, _ = standing(stage, phone)
    call.send("REFER", headers=[("Refer-To", "<sip:a@b.c>")])
    call.send("REFER", headers=[("Refer-To", "<sip:a@b.c>")])
    phone.response(491)


@pytest.mark.parametrize(
    "refer_to",
    ["", "<http://evil.example>", "<sip:>", "<sip:a@b.c?Replaces=x>", "<sip:a@b.c>, <sip:d@e.f>"],
)
def test_where_to_cannot_be_read(stage, phone, refer_to):
    call, leg = standing(stage, phone)
    call.send("REFER", headers=[("Refer-To", refer_to)])
    phone.response(400)
    assert leg.watcher.told == []


def test_a_refer_without_reports(stage, phone):
    call, leg = standing(stage, phone)
    call.send("REFER", headers=[("Refer-To", "<sip:a@b.c>"), ("Refer-Sub", "false")])
    leg.watcher.referrals[0].accept()
    assert phone.response(202).headers["Refer-Sub"] == "false"
    leg.watcher.referrals[0].report(200)
    stage.settle()
    assert phone.words == []


def test_who_does_not_want_to_hear_it_is_left_alone(stage, phone):
    call, leg = standing(stage, phone)
    call.send("REFER", headers=[("Refer-To", "<sip:a@b.c>")])
    referral = leg.watcher.referrals[0]
    referral.accept()
    stage.settle()
    phone.response(202)
    phone.answer(phone.request("NOTIFY"), 481)
    stage.settle()
    referral.report(200)
    stage.settle()
    assert phone.words == []
    assert not leg.is_over


def test_reports_end_after_three_minutes(stage, phone):
    call, leg = standing(stage, phone)
    call.send("REFER", headers=[("Refer-To", "<sip:a@b.c>")])
    leg.watcher.referrals[0].accept()
    stage.settle()
    phone.response(202)
    phone.answer(phone.request("NOTIFY"), 200)
    stage.pass_s(180.1)
    assert phone.request("NOTIFY").headers["Subscription-State"] == "terminated;reason=timeout"


def test_a_refer_outside_of_any_call(stage, phone):
    phone.say(phone.written("REFER", headers=[("Refer-To", "<sip:a@b.c>")]))
    phone.response(403)


# ---- calls in the place of others (RFC 3891)


def replacing(leg, call, extra=""):
    tag = call.local.rpartition("tag=")[2]
    return [("Replaces", f"{call.invite.call_id};to-tag={leg.id};from-tag={tag}{extra}")]


def test_a_call_takes_the_place_of_another(stage, phone):
    call, leg = standing(stage, phone)
    new = phone.invite(headers=replacing(leg, call))
    taking = stage.desk.legs[-1]
    assert taking.replaces is leg
    assert leg.watcher.told == []
    taking.accept(ANSWER)
    stage.settle()
    assert leg.watcher.told == [("replaced", taking.id), ("ended", "service", "replaced", 0)]
    new.response(200)
    new.ack()
    bye = phone.request("BYE")
    assert bye.call_id == call.invite.call_id
    assert stage.agent.calls == 1


def test_a_call_of_ours_that_was_placed_is_replaced(stage, phone):
    leg, _ = stage.call()
    invite = phone.request("INVITE")
    call = FarCall.of(phone, invite, phone.answer(invite, 200, OFFER))
    phone.request("ACK")
    phone.invite(headers=[("Replaces", f"{invite.call_id};to-tag={leg.id};from-tag=theirs")])
    assert stage.desk.legs[-1].replaces is leg
    assert call.side is phone


def test_nothing_to_replace(stage, phone):
    call, leg = standing(stage, phone)
    for replaces, code in (
        ("unknown;to-tag=a;from-tag=b", 481),
        (f"{call.invite.call_id};to-tag={leg.id};from-tag=wrong", 481),
        (f"{call.invite.call_id};to-tag={leg.id}", 400),
        (replacing(leg, call)[0][1] + ";early-only", 486),
    ):
        phone.invite(headers=[("Replaces", replaces)])
        phone.response(code)
    ringing = phone.invite()
    rings = stage.desk.legs[-1]
    phone.invite(headers=replacing(rings, ringing))
    phone.response(481)
    leg.bye()
    stage.settle()
    phone.request("BYE")
    phone.invite(headers=replacing(leg, call))
    phone.response(603)


def test_replaces_there_and_back():
    written = "425928@phone.example.org;to-tag=7743;from-tag=6472;early-only"
    assert str(Replaces.read(written)) == written
    dialog = Dialog("id@x", "", "", "ours", "theirs", read_address("<sip:a@b.c>").uri, (), 1, None)
    target, replaces = parted(read_address(refer_to("sip:a@b.c", dialog)))
    assert str(target) == "sip:a@b.c"
    assert str(replaces) == "id@x;to-tag=theirs;from-tag=ours"
