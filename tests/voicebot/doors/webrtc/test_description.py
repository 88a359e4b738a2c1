"""Offers of browsers: what is taken of them, what is refused and why, and that our answer is one that browsers take."""

import re
from pathlib import Path

import pytest
from aiortc.sdp import SessionDescription
from hypothesis import given
from hypothesis import strategies as st

from voicebot.doors.negotiable import NotAcceptable
from voicebot.doors.rtp.sdp import Origin
from voicebot.doors.webrtc.description import BrowserOffer, read_offer, write_answer
from voicebot.doors.webrtc.ice import Credentials, read_candidate

CHROMIUM = (Path(__file__).parent / "offers" / "chromium_156.sdp").read_text()
OURS = Credentials("abcd", "x" * 22)
HOST = read_candidate("0 1 udp 2130706431 192.0.2.9 40000 typ host")


def line(sdp: str, beginning: str) -> str:
    return next(found for found in sdp.splitlines() if found.startswith(beginning))


def without(beginning: str, sdp: str = CHROMIUM) -> str:
    return "".join(f"{kept}\r\n" for kept in sdp.splitlines() if not kept.startswith(beginning))


def answer_to(offer: BrowserOffer) -> str:
    assert HOST
    return write_answer(offer, Origin("-", "7", "1", "127.0.0.1"), OURS, [HOST], "AA:BB", offer.is_client)


def test_what_chromium_offers() -> None:
    offer = read_offer(CHROMIUM)
    agreed = offer.agreed
    assert (agreed.codec, agreed.payload_type, agreed.clock_hz) == ("opus", 111, 48_000)
    assert (agreed.event_payload_type, agreed.event_clock_hz, agreed.event_types) == (110, 48_000, {110})
    assert (agreed.receives, agreed.direction, agreed.is_held) == ({111: "opus"}, "sendrecv", False)
    assert offer.is_client
    assert [algorithm for algorithm, _ in offer.fingerprints] == ["sha-256"]
    assert [candidate.host for candidate in offer.candidates] == ["192.0.2.7", "2001:db8::7"]  # its TCP is left out


def test_our_answer_as_a_browser_reads_it() -> None:
    answer = answer_to(read_offer(CHROMIUM))
    (media,) = SessionDescription.parse(answer).media
    assert (media.kind, media.profile, media.fmt, media.direction) == (
        "audio",
        "UDP/TLS/RTP/SAVPF",
        [111, 110],
        "sendrecv",
    )
    assert [str(codec) for codec in media.rtp.codecs] == ["opus/48000/2", "telephone-event/48000"]
    opus = media.rtp.codecs[0].parameters
    assert (opus["useinbandfec"], opus["minptime"], opus["maxplaybackrate"]) == (1, 10, 16_000)
    assert media.rtcp_mux and media.dtls.role == "client"
    assert (media.ice.usernameFragment, media.ice.password) == ("abcd", "x" * 22)
    assert [(candidate.ip, candidate.port) for candidate in media.ice_candidates] == [("192.0.2.9", 40_000)]
    assert media.ice_candidates_complete
    assert line(answer, "a=group:") == "a=group:BUNDLE 0"


@pytest.mark.parametrize(
    ("theirs", "ours", "is_held"),
    [("sendonly", "recvonly", True), ("recvonly", "sendonly", False), ("inactive", "inactive", True)],
)
def test_who_sends(theirs: str, ours: str, is_held: bool) -> None:
    offer = read_offer(CHROMIUM.replace("a=sendrecv", f"a={theirs}"))
    assert (offer.agreed.direction, offer.agreed.is_held) == (ours, is_held)
    assert f"a={ours}\r\n" in answer_to(offer)


@pytest.mark.parametrize(
    ("theirs", "is_client", "ours"),
    [("actpass", True, "active"), ("passive", True, "active"), ("active", False, "passive")],
)
def test_who_begins_the_handshake(theirs: str, is_client: bool, ours: str) -> None:
    offer = read_offer(CHROMIUM.replace("a=setup:actpass", f"a=setup:{theirs}"))
    assert offer.is_client is is_client
    assert line(answer_to(offer), "a=setup:") == f"a=setup:{ours}"


def test_video_and_data_are_refused_in_their_places() -> None:
    video = (
        "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\nc=IN IP4 0.0.0.0\r\na=mid:v\r\na=rtcp-mux\r\na=rtpmap:96 VP8/90000\r\n"
    )
    data = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:d\r\na=sctp-port:5000\r\n"
    session, audio = CHROMIUM.split("m=audio", 1)
    offer = read_offer(f"{session}{video}m=audio{audio}{data}")
    answer = answer_to(offer)
    lines = [found for found in answer.splitlines() if found.startswith(("m=", "a=mid"))]
    assert lines == [
        "m=video 0 UDP/TLS/RTP/SAVPF 96 97",
        "a=mid:v",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111 110",
        "a=mid:0",
        "m=application 0 UDP/DTLS/SCTP webrtc-datachannel",
        "a=mid:d",
    ]
    assert line(answer, "a=group:") == "a=group:BUNDLE 0"


def test_transport_that_is_told_once_for_the_session() -> None:
    names = ("a=ice-ufrag", "a=ice-pwd", "a=fingerprint", "a=setup")
    session, audio = CHROMIUM.split("m=audio", 1)
    told = "".join(f"{line(audio, name)}\r\n" for name in names)
    for name in names:
        audio = without(name, audio)
    assert read_offer(f"{session}{told}m=audio{audio}").fingerprints == read_offer(CHROMIUM).fingerprints


def test_keys_with_a_clock_of_their_own_are_taken_where_there_are_no_others() -> None:
    agreed = read_offer(without("a=rtpmap:110")).agreed
    assert (agreed.event_payload_type, agreed.event_clock_hz) == (126, 8_000)
    agreed = read_offer(without("a=rtpmap:110", without("a=rtpmap:126"))).agreed
    assert (agreed.event_payload_type, agreed.event_types) == (None, frozenset())


def test_g711_where_there_is_no_opus() -> None:
    offer = read_offer(without("a=rtpmap:111"))
    assert (offer.agreed.codec, offer.agreed.payload_type, offer.agreed.event_clock_hz) == ("PCMU", 0, 8_000)
    assert "a=rtpmap:0 PCMU/8000\r\n" in answer_to(offer)


def test_the_same_certificate_is_the_same_however_it_is_written() -> None:
    written = line(CHROMIUM, "a=fingerprint:")
    other = written.lower().replace("a=fingerprint:sha-256", "a=fingerprint:SHA-256")
    assert read_offer(CHROMIUM.replace(written, other)).fingerprints == read_offer(CHROMIUM).fingerprints


@pytest.mark.parametrize(
    ("sdp", "why"),
    [
        ("", "no o= line"),
        ("hello", "x=value"),
        (CHROMIUM * 20, "characters"),
        (CHROMIUM.replace("m=audio", "m=video"), "no audio"),
        (re.sub("m=audio [0-9]+", "m=audio 0", CHROMIUM), "no audio"),
        (CHROMIUM.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP"), "that of a browser"),
        (without("a=rtcp-mux"), "rtcp-mux"),
        (without("a=ice-pwd"), "ice-pwd"),
        (without("a=fingerprint"), "fingerprint"),
        (CHROMIUM.replace("sha-256", "md5"), "sha-256, sha-384, sha-512"),
        (CHROMIUM.replace("a=setup:actpass", "a=setup:holdconn"), "holdconn"),
        (CHROMIUM.replace("t=0 0", "t=0 0\r\na=ice-lite"), "ice-lite"),
        (CHROMIUM.replace("SAVPF 111 63 9 0 8 13 110 126", "SAVPF 63 9 13 110"), "none of the codecs"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(sdp: str, why: str) -> None:
    with pytest.raises(NotAcceptable, match=why) as refused:
        read_offer(sdp)
    assert "\n" not in str(refused.value)


@given(st.data())
def test_mangled_offers_are_refused_or_answered(data: st.DataObject) -> None:
    lines = CHROMIUM.splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        number = data.draw(st.integers(0, len(lines) - 1))
        mangled = data.draw(st.one_of(st.just(""), st.text(max_size=30), st.sampled_from(lines)))
        cut = data.draw(st.integers(0, len(lines[number])))
        lines[number] = lines[number][:cut] + mangled
    try:
        offer = read_offer("\r\n".join(lines))
    except NotAcceptable:
        return
    answer_to(offer).encode()
