"""Calls of a real telephone: taken, refused, given up, held, kept alive."""

import concurrent.futures
import re
import time

import pytest

from tests.doors.phone import Phone
from tests.doors.service import serving, until
from voicebot.events import CallEnded, CallStarted, Dtmf

pytestmark = pytest.mark.slow

AUDIO = "m=audio 4000 RTP/AVP"
HEAD = "v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nt=0 0\n"


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_calls_are_taken_and_ended(sipp, service, transport):
    before = service.call_ids()
    called = sipp.start("call", service.sip, calls=10, per_s=20, transport=transport, number="01099990000").wait()
    assert (called.succeeded, called.failed, called.repeated) == (10, 0, 0), called.errors
    service.ends_all_calls()
    calls = service.call_ids() - before
    assert len(calls) == 10
    for call_id in calls:
        first, *_, last = service.journal(call_id)
        assert isinstance(first, CallStarted) and (first.caller, first.callee) == ("01099990000", "15880000")
        assert isinstance(last, CallEnded) and (last.by, last.reason) == ("caller", "hung_up")


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("scenario", ["held", "updated", "refreshed"])
def test_calls_are_changed_by_the_caller(sipp, service, scenario, transport):
    """Held and resumed by re-INVITE and by UPDATE; kept alive by both."""
    changed = sipp.start(scenario, service.sip, transport=transport).wait()
    assert (changed.succeeded, changed.repeated) == (1, 0), changed.errors
    service.ends_all_calls()


def test_a_caller_gives_up_before_the_answer(sipp, service):
    before = service.call_ids()
    given_up = sipp.start("cancelled", service.sip, calls=5, headers="X-Do: late").wait()
    assert given_up.succeeded == 5, given_up.errors
    service.ends_all_calls()
    assert service.call_ids() == before  # nothing is kept of calls that nobody has answered


def test_cancel_and_200_meet(service):
    """Whichever is first: both sides agree, and no call is left over."""
    outcomes = [given_up_after(service, milliseconds / 4000) for milliseconds in range(40)]
    assert set(outcomes) == {"cancelled", "taken"}  # else the race was none
    service.ends_all_calls()


def given_up_after(service, pause_s):
    with Phone(service.sip) as phone:
        cseq = phone.invite()
        time.sleep(pause_s)
        phone.cancel(cseq)
        heard = [phone.hear(), phone.hear()]
        [to_cancel] = [one for one in heard if one.method == "CANCEL"]
        [to_invite] = [one for one in heard if one.method == "INVITE"]
        assert to_cancel.code == 200
        phone.ack(to_invite)
        if to_invite.code == 487:
            return "cancelled"
        assert to_invite.code == 200
        phone.hang_up()
        return "taken"


def test_a_storm_of_offers(service):
    """Twenty re-INVITEs at once, none of them waits for an answer: each gets one, and the call stands."""
    with Phone(service.sip) as phone:
        phone.call()
        asked = {phone.invite(sdp=phone.sdp.replace("o=phone 1 1", f"o=phone 1 {number}")) for number in range(2, 22)}
        codes = {}
        while asked - set(codes):
            heard = phone.hear()
            phone.ack(heard)
            codes.setdefault(heard.cseq, heard.code)
        assert set(codes.values()) <= {200, 500, 491} and 200 in codes.values(), codes
        phone.invite()
        again = phone.hear()
        assert again.code == 200
        phone.ack(again)
        phone.hang_up()
    service.ends_all_calls()


def test_keys_come_beside_the_sound(service):
    before = service.call_ids()
    with Phone(service.sip) as phone:
        phone.call()
        for key in "7*":
            body = f"Signal={key}\r\nDuration=160\r\n"
            phone.send(phone.request("INFO", next(phone.cseqs), body=body, kind="application/dtmf-relay"))
            assert phone.hear().code == 200
        phone.hang_up()
    service.ends_all_calls()
    [call_id] = service.call_ids() - before
    assert "".join(event.digit for event in service.journal(call_id) if isinstance(event, Dtmf)) == "7*"


@pytest.mark.parametrize(
    "media",
    [
        "",
        "m=video 4000 RTP/AVP 96",
        f"{AUDIO} 18 4",
        f"{AUDIO} 97\na=rtpmap:97 iLBC/8000",
        "m=audio 0 RTP/AVP 0",
        "m=audio 4000 TCP/MRCPv2 0",
    ],
    ids=["no media", "video only", "unknown codecs", "unknown codec by name", "port 0", "no RTP"],
)
def test_descriptions_that_cannot_be(sipp, service, media):
    refused = sipp.start("refused", service.sip, code=488, sdp=f"{HEAD}c=IN IP4 127.0.0.1\n{media}").wait()
    assert refused.succeeded == 1, refused.errors
    service.ends_all_calls()


def test_several_media_of_which_one_is_ours(sipp, service):
    """Each line is answered, in order; those that we do not take with port 0 (RFC 3264, section 6)."""
    media = f"m=video 4002 RTP/AVP 96\n{AUDIO} 8\nc=IN IP4 127.0.0.1\nm=audio 4004 RTP/AVP 0\nm=application 0 TCP/X 1"
    taken = sipp.start("call", service.sip, sdp=HEAD + media).wait()
    assert taken.succeeded == 1, taken.errors
    lines = re.findall(r"^m=(\w+) (\d+) \S+ (\d+)", taken.received("SIP/2.0 200")[0], re.M)
    assert [kind for kind, _, _ in lines] == ["video", "audio", "audio", "application"]
    assert [port == "0" for _, port, _ in lines] == [True, False, True, True]
    assert lines[1][2] == "8"


def test_whether_calls_are_welcome(sipp, service):
    assert sipp.start("options", service.sip, code=200).wait().succeeded == 1


def test_a_service_that_goes_down(sipp, tmp_path):
    """Calls that talk go on to their end; whoever asks or calls meanwhile is sent elsewhere."""
    with serving(tmp_path) as service:
        talking = sipp.start("call", service.sip, hold_ms=2_000)
        until(lambda: service.left_behind()["calls"] == 1)
        service.process.terminate()
        until(lambda: "the service ends" in service.said())
        with concurrent.futures.ThreadPoolExecutor() as threads:
            asked = [
                threads.submit(sipp.start(name, service.sip, code=503).wait)
                for name in ("options", "refused", "refused")
            ]
            for one in asked:
                assert one.result().succeeded == 1, one.result().errors
                [answer] = one.result().received("SIP/2.0 503")
                assert re.search(r"^Retry-After: \d+$", answer, re.M)
        talked = talking.wait()
        assert talked.succeeded == 1, talked.errors
        assert service.process.wait(15) == 0


@pytest.mark.parametrize(
    "settings, code, header",
    [
        ({}, 503, "Retry-After: 5"),
        ({"SIP__WHEN_FULL": "486"}, 486, "Retry-After: 5"),
        ({"SIP__OVERFLOW": "sip:agents@pbx.example"}, 302, "Contact: <sip:agents@pbx.example>"),
    ],
    ids=["503", "486", "302"],
)
def test_no_room(sipp, tmp_path, settings, code, header):
    with serving(tmp_path, MEDIA_PROCESSES="1", SLOTS="1", **settings) as service:
        talking = sipp.start("call", service.sip, hold_ms=1_000)
        until(lambda: service.left_behind()["calls"] == 1)
        refused = sipp.start("refused", service.sip, code=code).wait()
        assert refused.succeeded == 1, refused.errors
        assert header in refused.received(f"SIP/2.0 {code}")[0].splitlines()
        assert talking.wait().succeeded == 1
        service.ends_all_calls()
        assert sipp.start("call", service.sip).wait().succeeded == 1  # there is room again
