"""The endpoint before any call: what it says of itself, what it objects to, and what strangers cannot do to it."""

import asyncio
import random

import pytest

from tests.fakes.sip import ANSWER, OFFER, FarSide, Stage
from tests.voicebot.doors.sip.torture import TORTURES
from voicebot.doors.sip.challenger import Challenger
from voicebot.doors.sip.digest import authorize
from voicebot.doors.sip.gate import Gate
from voicebot.doors.sip.message import new_branch, to_bytes
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


def guarded(trusted=()):
    def gate(stage):
        challenger = Challenger("aicc", algorithms=("MD5",), now_s=lambda: stage.clock.ms / 1000)
        return Gate(trusted, challenger, {"phone": "secret"}.get, now_s=lambda: stage.clock.ms / 1000)

    return Stage(gate=gate)


def test_options_tells_what_we_can_and_whether_we_want(stage, phone):
    phone.say(phone.written("OPTIONS"))
    answer = phone.response(200)
    assert "INVITE" in answer.headers["Allow"]
    assert "application/sdp" in answer.headers["Accept"]
    assert "replaces" in answer.headers["Supported"]
    stage.desk.is_open = False
    phone.say(phone.written("OPTIONS"))
    assert "Retry-After" in phone.response(503).headers


def test_options_in_a_call_is_answered_whatever_we_want(stage, phone):
    call = phone.invite()
    stage.desk.legs[0].accept(ANSWER)
    call.response(200)
    call.ack()
    stage.desk.is_open = False
    call.send("OPTIONS")
    assert "UPDATE" in phone.response(200).headers["Allow"]


@pytest.mark.parametrize(
    ("method", "code", "header"),
    [
        ("MESSAGE", 405, "Allow"),
        ("REGISTER", 405, "Allow"),
        ("PUBLISH", 405, "Allow"),
        ("SUBSCRIBE", 489, "Allow-Events"),
        ("DANCE", 501, "Allow"),
        ("BYE", 481, None),
        ("NOTIFY", 481, None),
        ("INFO", 481, None),
        ("UPDATE", 481, None),
        ("PRACK", 481, None),
        ("CANCEL", 481, None),
    ],
)
def test_requests_of_no_call(phone, method, code, header):
    phone.say(phone.written(method))
    answer = phone.response(code)
    assert header is None or header in answer.headers
    assert answer.to_address.parameters.get("tag")


@pytest.mark.parametrize("method", ["INVITE", "BYE", "INFO", "UPDATE", "REFER", "NOTIFY", "OPTIONS"])
def test_a_tag_that_nobody_has_given(phone, method):
    phone.say(phone.written(method, to="<sip:15881234@198.51.100.9>;tag=unknown"))
    phone.response(481)


def test_an_ack_of_nothing_gets_no_answer(phone):
    phone.say(phone.written("ACK", to="<sip:15881234@198.51.100.9>;tag=unknown"))
    phone.say(phone.written("ACK"))
    assert phone.words == []


@pytest.mark.parametrize(
    ("headers", "code", "header", "value"),
    [
        ([("Require", "100rel, nothing, more")], 420, "Unsupported", "nothing, more"),
        ([("Content-Type", "text/plain")], 415, "Accept", "application/sdp"),
        ([("Content-Encoding", "gzip")], 415, "Accept-Encoding", "identity"),
        ([("Accept", "text/html")], 406, "Accept", None),
        ([("Contact", "<sip:a@b.c>, <sip:d@e.f>")], 400, None, None),
        ([("Contact", "<mailto:a@b.c>")], 400, None, None),
        ([("Record-Route", ", ".join(f"<sip:192.0.2.{n};lr>" for n in range(40)))], 400, None, None),
    ],
)
def test_invitations_that_we_object_to(stage, phone, headers, code, header, value):
    phone.invite(headers=headers)
    answer = phone.response(code)
    assert value is None or answer.headers[header] == value
    assert not stage.desk.legs


@pytest.mark.parametrize(
    "headers",
    [
        [("Max-Forwards", "0")],
        [("Require", "timer, replaces")],
        [("Accept", "application/sdp, text/html")],
        [("Content-Type", "text/plain"), ("Content-Disposition", "render; handling=optional")],
        [("Proxy-Require", "whatever")],
        [("Contact", "")],
    ],
)
def test_invitations_that_are_fine(stage, phone, headers):
    phone.invite(headers=headers)
    assert len(stage.desk.legs) == 1


def test_a_description_among_other_things(stage, phone):
    body = (
        "--x\r\nContent-Type: application/isup;version=itu\r\n\r\n\x01\x02\r\n"
        f"--x\r\nContent-Type: application/sdp\r\n\r\n{OFFER}\r\n--x--\r\n"
    )
    phone.invite(body, kind='multipart/mixed; boundary="x"')
    assert stage.desk.legs[0].offered_sdp.strip() == OFFER.strip()


def test_an_unknown_scheme(phone):
    phone.say_bytes(
        to_bytes(phone.written("INVITE")).replace(b"INVITE sip:15881234@198.51.100.9", b"INVITE nobody:knows")
    )
    phone.response(416)


@pytest.mark.parametrize(
    ("body", "kind", "keys"),
    [
        ("Signal=5\r\nDuration=160\r\n", "application/dtmf-relay", "5"),
        ("Signal= *\r\nDuration= 160\r\n", "application/dtmf-relay", "*"),
        ("Signal=11\r\n", "application/dtmf-relay", "#"),
        ("12#", "application/dtmf", "12#"),
        ("A", "application/dtmf", None),
        ("Signal\xff", "application/dtmf-relay", None),
        ("1" * 500, "application/dtmf", "1" * 32),
    ],
)
def test_keys_by_info(stage, phone, body, kind, keys):
    call = phone.invite()
    leg = stage.desk.legs[0]
    leg.accept(ANSWER)
    call.response(200)
    call.ack()
    leg.watcher.told.clear()
    call.send("INFO", body, kind=kind)
    phone.response(200)
    assert leg.watcher.told == ([("keys", keys)] if keys else [])


def test_other_infos(stage, phone):
    call = phone.invite()
    stage.desk.legs[0].accept(ANSWER)
    call.response(200)
    call.ack()
    call.send("INFO", "<media_control/>", kind="application/media_control+xml")
    phone.response(415)
    call.send("INFO")
    phone.response(200)
    call.send("INFO", headers=[("Info-Package", "fun")])
    phone.response(469)


def test_we_press_keys_by_info(stage, phone):
    call = phone.invite()
    leg = stage.desk.legs[0]
    leg.accept(ANSWER)
    call.response(200)
    call.ack()
    pressing = stage.loop.create_task(leg.info_keys("1#"))
    stage.settle()
    for key in "1#":
        info = phone.request("INFO")
        assert info.body == f"Signal={key}\r\nDuration=160\r\n".encode()
        phone.answer(info, 200)
    assert pressing.done()


# ---- strangers


def test_strangers_need_a_password_and_are_then_let_in():
    stage = guarded()
    phone = stage.side()
    first = phone.invite().invite
    challenged = phone.response(401)
    assert not stage.desk.legs
    again = phone.written("INVITE", body=OFFER, number=2, call_id=first.call_id, from_=first.headers["From"])
    assert authorize(again, challenged, "phone", "secret")
    phone.say(again)
    assert len(stage.desk.legs) == 1
    assert not stage.desk.legs[0].caller.is_asserted
    stage.close()


def test_a_trusted_network_says_who_calls():
    stage = guarded(["203.0.113.0/24"])
    stage.side().invite(headers=[("P-Asserted-Identity", "<tel:+8221112222>")])
    stage.side(Hop("udp", "198.51.100.1", 5060)).invite(headers=[("P-Asserted-Identity", "<tel:+8221112222>")])
    assert [leg.caller.number for leg in stage.desk.legs] == ["+8221112222"]
    stage.close()


def test_wrong_passwords_are_answered_later_and_later():
    stage = guarded()
    phone = stage.side()
    times = []
    for _ in range(5):
        phone.forget()
        phone.say(phone.written("OPTIONS"))
        challenged = phone.response(401)
        again = phone.written("OPTIONS")
        authorize(again, challenged, "phone", "guess")
        began_ms = stage.clock.ms
        phone.say(again)
        stage.pass_s(10)
        times.append(next(ms for ms in phone.times(401)[::-1]) - began_ms)
    assert times == [0, 0, 500, 1000, 2000]
    stage.close()


def test_a_flood_of_scanners_leaves_nothing():
    stage = guarded()
    phone = stage.side()
    for _ in range(3_000):
        phone.say(phone.written("REGISTER", headers=[("User-Agent", "friendly-scanner")]))
    assert phone.words == []
    assert stage.agent.transactions.count == 0
    stage.close()


def seeds(stage: Stage, phone: FarSide) -> list[bytes]:
    """Messages of all kinds, of calls in all stages, for mutation."""
    found = [torture.data for torture in TORTURES]
    call = phone.invite(headers=[("Supported", "timer"), ("Session-Expires", "90"), ("Allow", "UPDATE")])
    stage.desk.legs[-1].accept(ANSWER)
    call.response(200)
    ringing = phone.invite(headers=[("Require", "100rel")])
    stage.desk.legs[-1].ring()
    ringing.response(180)
    for method, body, headers in (
        ("INVITE", OFFER, []),
        ("INVITE", "", []),
        ("ACK", OFFER, []),
        ("UPDATE", OFFER, [("Session-Expires", "90;refresher=uac")]),
        ("INFO", "Signal=1\r\n", [("Content-Type", "application/dtmf-relay")]),
        ("REFER", "", [("Refer-To", "<sip:a@203.0.113.7?Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc>")]),
        ("NOTIFY", "SIP/2.0 200 OK\r\n", [("Event", "refer"), ("Content-Type", "message/sipfrag")]),
        ("PRACK", OFFER, [("RAck", "1 1 INVITE")]),
        ("OPTIONS", "", []),
        ("BYE", "", []),
    ):
        found += [to_bytes(each.written(method, body, headers=headers)) for each in (call, ringing)]
    found.append(to_bytes(phone.written("INVITE", body=OFFER)))
    found.append(to_bytes(phone.written("INVITE", body=OFFER, headers=[("Replaces", "a;to-tag=b;from-tag=c")])))
    leg, _ = stage.call()
    invite = next(it for _, it in phone.heard[::-1] if getattr(it, "method", "") == "INVITE")
    headers = [("Require", "100rel"), ("RSeq", "1"), ("Session-Expires", "90")]
    found += [to_bytes(phone.answer(invite, code, OFFER, headers=headers)) for code in (183, 200)]
    stage.loop.create_task(leg.refer("sip:x@203.0.113.7"))
    return found


def mutated(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((0, 1, 1, 2, 5, 20))):
        place = chance.randrange(len(changed) + 1)
        match chance.randrange(6):
            case 0:
                changed[place : place + 1] = bytes([chance.randrange(256)])
            case 1:
                del changed[place : place + chance.randrange(1, 40)]
            case 2:
                changed[place:place] = changed[place : place + chance.randrange(1, 80)]
            case 3:
                changed[place:place] = chance.choice(
                    [b"\r\n", b"\x00", b'"', b"<", b">", b";", b",", b"%", b"\xff\xfe", b" ", b"9" * 20, b"\r\n\r\n"]
                )
            case 4:
                lines = bytes(changed).split(b"\r\n")
                chance.shuffle(lines)
                changed = bytearray(b"\r\n".join(lines)) or bytearray(b"x")
            case 5:
                changed = bytearray(bytes(changed).replace(b"branch=z9hG4bK", b"branch=" + new_branch().encode()))
    return bytes(changed)


def bombarded(number: int, seed: int) -> Stage:
    chance = random.Random(seed)
    stage = Stage(UserAgentSettings(most_legs=50))
    phone = stage.side()
    stage.transports.local = lambda hop: ("198.51.100.9", 5060)
    material = seeds(stage, phone)
    legs = stage.desk.legs

    def answer(leg):
        chance.choice((lambda: leg.accept(ANSWER), lambda: leg.refuse(486), leg.ring, lambda: leg.progress(ANSWER)))()

    stage.desk.when_invited = answer
    for count in range(number):
        data = mutated(chance.choice(material), chance)
        if not chance.randrange(4):  # as of the call that stands or rings
            leg = chance.choice(legs)
            data = data.replace(b"tag=", b"tag=" + leg.id.encode(), 1)
        stage.transports.arrive(data, phone.hop)
        if not count % 20:
            stage.pass_s(0.1, step_ms=100)
        phone.heard.clear()
        phone.at.clear()
    for leg in list(stage.agent.legs.values()):
        leg.bye()
    stage.pass_s(250, step_ms=500)
    return stage


def nothing_is_left(stage: Stage) -> None:
    assert not stage.agent.legs
    assert stage.agent.transactions.count == 0
    assert asyncio.all_tasks(stage.loop) == set()
    timers = [timer for timer in stage.loop._scheduled if not timer.cancelled()]
    assert len(timers) == stage.idle_timers, timers


def test_1000_mutated_datagrams_leave_nothing(caplog):
    stage = bombarded(1_000, 1)
    nothing_is_left(stage)
    assert not [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]
    stage.close()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 12))
def test_10000_mutated_datagrams_leave_nothing(seed, caplog):
    stage = bombarded(10_000, seed)
    nothing_is_left(stage)
    assert not [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]
    stage.close()
