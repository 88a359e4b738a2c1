import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.timing import cpu_s
from voicebot.doors.rtp.negotiation import Agreed, Means, Negotiation, NotAcceptable
from voicebot.doors.rtp.sdp import Media, read_sdp

KEY = "inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj"
OTHER_KEY = "inline:NzB4d1BINUAvLEw6UzF3WSJ+PSdFcGdUJShpX1Zj"

SIPP = """v=0
o=user1 53655765 2353687637 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio 6000 RTP/AVP 0
a=rtpmap:0 PCMU/8000
"""

BARESIP = """v=0
o=- 3934761235 1532846211 IN IP4 192.0.2.30
s=-
c=IN IP4 192.0.2.30
t=0 0
a=tool:baresip 1.1.0
m=audio 10322 RTP/AVP 96 0 8 97 101
a=rtpmap:96 opus/48000/2
a=fmtp:96 stereo=0;sprop-stereo=0;useinbandfec=1
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:97 telephone-event/48000
a=fmtp:97 0-15
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=rtcp:10323
a=sendrecv
a=label:1
a=rtcp-rsize
a=ssrc:2862012459 cname:sip:caller@example.com
a=ptime:20
a=crypto:1 AES_256_CM_HMAC_SHA1_80 inline:AAAA
a=crypto:2 AES_CM_128_HMAC_SHA1_80 KEY
m=video 15020 RTP/AVP 100
a=rtpmap:100 H264/90000
""".replace("KEY", KEY)

# behind Kamailio, rewritten by rtpengine
RTPENGINE = """v=0
o=FreeSWITCH 1700000000 1700000001 IN IP4 203.0.113.7
s=FreeSWITCH
c=IN IP4 203.0.113.7
t=0 0
m=audio 30042 RTP/AVP 8 0 101 13
a=rtpmap:8 PCMA/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
a=rtpmap:13 CN/8000
a=sendrecv
a=rtcp:30043
a=rtcp-mux
a=ptime:20
a=ice-ufrag:PZQgrc3v
a=ice-pwd:iZWvAS1rrNrLxEKjvKfB5cBnKh
a=candidate:2m5Y0nf6VUmTaWYr 1 UDP 2130706431 203.0.113.7 30042 typ host
"""

ASTERISK = """v=0
o=- 1893527041 1893527043 IN IP4 198.51.100.10
s=Asterisk
c=IN IP4 198.51.100.10
t=0 0
m=audio 14002 RTP/SAVP 9 8 107 101
a=crypto:1 AES_CM_128_HMAC_SHA1_32 KEY
a=crypto:2 AES_CM_128_HMAC_SHA1_80 KEY
a=rtpmap:9 G722/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:107 opus/48000/2
a=fmtp:107 useinbandfec=1
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
a=ptime:20
a=maxptime:60
a=sendrecv
""".replace("KEY", KEY)

CHROME = """v=0
o=- 4611731400430051336 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=extmap-allow-mixed
a=msid-semantic: WMS 1f0e
m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:aTFn
a=ice-pwd:mlY1bx7TzmLAbNb1PjLHBtHw
a=fingerprint:sha-256 00:11
a=setup:actpass
a=mid:0
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=rtpmap:63 red/48000/2
a=rtpmap:110 telephone-event/48000
a=rtpmap:126 telephone-event/8000
"""

# a telephone that would rather be encrypted: two lines for one stream
TWO_LINES = """v=0
o=- 5 5 IN IP4 192.0.2.40
s=-
c=IN IP4 192.0.2.40
t=0 0
m=audio 5000 RTP/SAVP 8
a=crypto:1 AES_CM_128_HMAC_SHA1_80 KEY
m=audio 5002 RTP/AVP 8
m=image 5004 udptl t38
a=T38FaxVersion:0
""".replace("KEY", KEY)

HEAD = "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\n"


def means(**changed: Any) -> Means:
    return Means(**({"host": "192.0.2.99", "rtp_port": 20_000, "rtcp_port": 20_001} | changed))


def audio(*attributes: str, formats: str = "0", protocol: str = "RTP/AVP", port: int = 4_000) -> str:
    return HEAD + f"m=audio {port} {protocol} {formats}\n" + "".join(f"a={attribute}\n" for attribute in attributes)


def agreed(negotiation: Negotiation) -> Agreed:
    assert negotiation.agreed is not None
    return negotiation.agreed


def answered(offer: str, **changed: Any) -> tuple[Agreed, Media]:
    """What is agreed on by answering, and our line of audio."""
    negotiation = Negotiation(means(**changed))
    answer = read_sdp(negotiation.answer(offer))
    return agreed(negotiation), next(media for media in answer.media if media.kind == "audio" and media.port)


def version(sdp: str) -> int:
    return int(read_sdp(sdp).origin.version)


# ---- answers to what there is in the field


def test_sipp() -> None:
    negotiation = Negotiation(means())
    answer = negotiation.answer(SIPP)
    assert negotiation.agreed == Agreed(
        codec="PCMU",
        payload_type=0,
        clock_hz=8_000,
        receives={0: "PCMU"},
        event_payload_type=None,
        event_clock_hz=8_000,
        event_types=frozenset(),
        comfort_payload_type=None,
        remote=("127.0.0.1", 6_000),
        remote_rtcp=("127.0.0.1", 6_001),
        direction="sendrecv",
    )
    assert re.sub(r"o=- \d+ 1", "o=- ID 1", answer) == (
        "v=0\r\no=- ID 1 IN IP4 192.0.2.99\r\ns=-\r\nc=IN IP4 192.0.2.99\r\nt=0 0\r\n"
        "m=audio 20000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=ptime:20\r\na=sendrecv\r\n"
    )


def test_baresip() -> None:
    found, ours = answered(BARESIP)
    assert (found.codec, found.payload_type, found.clock_hz, found.receives) == ("opus", 96, 48_000, {96: "opus"})
    assert (found.event_payload_type, found.event_clock_hz, found.event_types) == (97, 48_000, {97})
    assert (found.remote, found.remote_rtcp) == (("192.0.2.30", 10_322), ("192.0.2.30", 10_323))
    assert found.remote_srtp and found.remote_srtp.inline == KEY  # in plain RTP/AVP: encryption where both can
    assert ours.protocol == "RTP/AVP" and ours.formats == ("96", "97")
    assert ours.value("rtpmap") == "96 opus/48000/2"
    assert [crypto.tag for crypto in ours.cryptos()] == [2]
    assert not answered(BARESIP, srtp="off")[1].cryptos()


def test_rtpengine_behind_kamailio() -> None:
    found, ours = answered(RTPENGINE)
    assert (found.codec, found.event_payload_type, found.comfort_payload_type) == ("PCMA", 101, 13)
    assert found.remote == found.remote_rtcp == ("203.0.113.7", 30_042)
    assert ours.formats == ("8", "101", "13") and ours.has("rtcp-mux")
    assert ours.values("fmtp") == ["101 0-15"]


def test_asterisk() -> None:
    found, ours = answered(ASTERISK)
    assert (found.codec, found.event_payload_type, found.packet_ms) == ("PCMA", 101, 20)
    assert ours.protocol == "RTP/SAVP" and ours.formats == ("8", "101")
    (crypto,) = ours.cryptos()
    assert (crypto.tag, crypto.suite) == (1, "AES_CM_128_HMAC_SHA1_32")
    assert found.local_srtp and found.local_srtp.inline == crypto.key != KEY


def test_a_browser_is_not_at_the_right_door() -> None:
    with pytest.raises(NotAcceptable, match="UDP/TLS/RTP/SAVPF is not spoken"):
        Negotiation(means()).answer(CHROME)
    found, _ = answered(CHROME.replace("UDP/TLS/RTP/SAVPF", "RTP/AVPF").replace("0.0.0.0", "192.0.2.8"))
    assert (found.payload_type, found.event_payload_type, found.event_clock_hz) == (111, 110, 48_000)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "sip.example.com", ""])
def test_descriptions_must_show_where_packets_can_come(host: str) -> None:
    with pytest.raises(ValueError, match="show an IP address"):
        means(host=host)


# ---- lines


def test_the_first_audio_that_can_be_used_is_taken_and_the_others_refused() -> None:
    negotiation = Negotiation(means())
    lines = read_sdp(negotiation.answer(TWO_LINES)).media
    assert [(media.kind, media.port, media.protocol, media.formats) for media in lines] == [
        ("audio", 20_000, "RTP/SAVP", ("8",)),
        ("audio", 0, "RTP/AVP", ("8",)),
        ("image", 0, "udptl", ("t38",)),
    ]
    assert agreed(negotiation).remote == ("192.0.2.40", 5_000)

    plain = Negotiation(means(srtp="off"))
    assert [media.port for media in read_sdp(plain.answer(TWO_LINES)).media] == [0, 20_000, 0]
    assert agreed(plain).remote == ("192.0.2.40", 5_002)
    assert [media.port for media in read_sdp(plain.offer()).media] == [0, 20_000, 0]  # in later offers of ours as well


def test_two_lines_that_are_the_same_are_one_audio() -> None:
    answer = Negotiation(means()).answer(audio() + "m=audio 4000 RTP/AVP 0\n")
    assert [media.port for media in read_sdp(answer).media] == [20_000, 0]


@pytest.mark.parametrize(
    ("offer", "complaint"),
    [
        ("", "no o= line"),
        ("garbage", "not x=value"),
        (HEAD, "no audio"),
        (HEAD + "m=video 4000 RTP/AVP 0\n", "no audio"),
        (audio(port=0), "port is 0"),
        (audio(formats=""), "theirs are 'none that is known'"),
        (
            audio("rtpmap:18 G729/8000", formats="3 18 9 99"),
            "theirs are 'GSM, G729, G722', ours opus, PCMU, PCMA",
        ),
        (audio("rtpmap:96 opus/48000", formats="96"), "no codec in common"),
        (audio("rtpmap:0 GSM/8000"), "no codec in common"),
        (audio("rtpmap:101 telephone-event/8000", formats="101 13"), "no codec in common"),
        (audio(protocol="UDP/TLS/RTP/SAVP"), "not spoken"),
        (audio(protocol="udptl"), "not spoken"),
        (audio(protocol="RTP/SAVP"), "no key"),
    ],
)
def test_offers_that_cannot_be_accepted_say_why(offer: str, complaint: str) -> None:
    negotiation = Negotiation(means())
    with pytest.raises(NotAcceptable, match=complaint):
        negotiation.answer(offer)
    assert negotiation.agreed is None


@pytest.mark.parametrize("protocol", ["RTP/AVP", "RTP/AVPF", "RTP/SAVP", "RTP/SAVPF"])
def test_the_profile_is_that_of_the_offer(protocol: str) -> None:
    _, ours = answered(audio(f"crypto:1 AES_CM_128_HMAC_SHA1_80 {KEY}", protocol=protocol))
    assert ours.protocol == protocol


# ---- codecs


def test_the_peers_order_decides_and_ours_does_not() -> None:
    found, ours = answered(audio("rtpmap:120 OPUS/48000/2", formats="18 8 120 0"))
    assert (found.codec, ours.formats) == ("PCMA", ("8",))
    found, ours = answered(audio("rtpmap:120 OPUS/48000/2", formats="18 8 120 0"), codecs=("opus",))
    assert (found.codec, found.payload_type, found.receives, ours.formats) == ("opus", 120, {120: "opus"}, ("120",))
    assert ours.value("rtpmap") == "120 opus/48000/2"


def test_opus_goes_with_keys_of_8_khz_where_there_are_no_others_and_without_comfort_noise() -> None:
    offer = audio("rtpmap:96 opus/48000/2", "rtpmap:101 telephone-event/8000", formats="96 101 13")
    found, ours = answered(offer)
    assert (found.event_payload_type, found.event_clock_hz, found.comfort_payload_type) == (101, 8_000, None)
    assert ours.formats == ("96", "101")


def test_packets_of_opus_are_of_20_ms_whatever_is_asked_for() -> None:
    found, ours = answered(audio("rtpmap:96 opus/48000/2", "ptime:60", formats="96"))
    assert (found.packet_ms, ours.value("ptime")) == (20, "20")
    found, ours = answered(audio("ptime:60"))
    assert (found.packet_ms, ours.value("ptime")) == (60, "60")


# ---- hold, and later offers


def test_hold_and_resume() -> None:
    negotiation = Negotiation(means())
    first = negotiation.answer(RTPENGINE)
    assert not agreed(negotiation).is_held
    held = negotiation.answer(RTPENGINE.replace("sendrecv", "sendonly"))
    assert agreed(negotiation).is_held and agreed(negotiation).direction == "recvonly"
    assert "a=recvonly" in held
    again = negotiation.answer(RTPENGINE.replace("sendrecv", "inactive").replace("203.0.113.7", "0.0.0.0"))
    assert agreed(negotiation).is_held and "a=inactive" in again
    resumed = negotiation.answer(RTPENGINE)
    assert not agreed(negotiation).is_held
    assert [version(sdp) for sdp in (first, held, again, resumed)] == [1, 2, 3, 4]


def test_the_version_grows_only_when_something_has_changed() -> None:
    negotiation = Negotiation(means())
    answers = [negotiation.answer(ASTERISK) for _ in range(3)]
    assert len(set(answers)) == 1
    changed = negotiation.answer(ASTERISK.replace("a=sendrecv", "a=sendonly"))
    assert version(changed) == version(answers[0]) + 1
    assert read_sdp(changed).origin.session_id == read_sdp(answers[0]).origin.session_id
    assert read_sdp(Negotiation(means()).answer(ASTERISK)).origin.session_id != read_sdp(changed).origin.session_id


def test_the_codec_stays_while_it_is_offered() -> None:
    negotiation = Negotiation(means())
    negotiation.answer(audio(formats="8 0"))
    negotiation.answer(audio(formats="0 8"))
    assert agreed(negotiation).codec == "PCMA"
    negotiation.answer(audio(formats="0"))
    assert agreed(negotiation).codec == "PCMU"


def test_a_later_offer_that_is_refused_changes_nothing() -> None:
    negotiation = Negotiation(means())
    answer = negotiation.answer(RTPENGINE)
    before = agreed(negotiation)
    for offer in ("", audio(port=0), audio(formats="18"), audio(protocol="RTP/SAVP")):
        with pytest.raises(NotAcceptable):
            negotiation.answer(offer)
    assert negotiation.agreed is before
    assert negotiation.answer(RTPENGINE) == answer


def test_our_key_stays_as_long_as_the_peers() -> None:
    negotiation = Negotiation(means())
    negotiation.answer(ASTERISK)
    first = agreed(negotiation).local_srtp
    negotiation.answer(ASTERISK.replace("a=sendrecv", "a=sendonly"))
    assert agreed(negotiation).local_srtp == first
    negotiation.answer(ASTERISK.replace(KEY, OTHER_KEY))
    assert agreed(negotiation).local_srtp not in (first, None)


# ---- offers


def test_our_first_offer() -> None:
    negotiation = Negotiation(means(rtcp_port=20_007))
    (ours,) = read_sdp(negotiation.offer()).media
    assert (ours.protocol, ours.formats) == ("RTP/AVP", ("111", "0", "8", "110", "101", "13"))
    assert ours.values("rtpmap") == [
        "111 opus/48000/2",
        "0 PCMU/8000",
        "8 PCMA/8000",
        "110 telephone-event/48000",
        "101 telephone-event/8000",
        "13 CN/8000",
    ]
    assert ours.value("rtcp") == "20007" and ours.has("sendrecv") and not ours.has("crypto")
    assert negotiation.agreed is None and negotiation.offer() == negotiation.offer()


def test_an_answer_with_one_codec() -> None:
    negotiation = Negotiation(means())
    negotiation.offer()
    negotiation.take_answer(audio("rtpmap:101 telephone-event/8000", "ptime:40", "recvonly", formats="8 101"))
    found = agreed(negotiation)
    assert (found.codec, found.payload_type, found.event_payload_type) == ("PCMA", 8, 101)
    assert found.receives == {111: "opus", 0: "PCMU", 8: "PCMA"}  # all that was offered may come
    assert found.event_types == {101, 110}
    assert (found.packet_ms, found.direction, found.is_held) == (40, "sendonly", False)


def test_an_answer_may_have_payload_types_of_its_own() -> None:
    negotiation = Negotiation(means())
    negotiation.offer()
    negotiation.take_answer(audio("rtpmap:96 opus/48000/2", "rtpmap:97 telephone-event/48000", formats="96 97"))
    found = agreed(negotiation)
    assert (found.payload_type, found.event_payload_type) == (96, 97)
    assert found.receives[111] == found.receives[96] == "opus"
    assert found.event_types == {97, 101, 110}


def test_a_payload_type_that_we_have_given_means_what_we_have_said() -> None:
    negotiation = Negotiation(means())
    negotiation.offer()
    negotiation.take_answer(audio("rtpmap:101 opus/48000/2", formats="101"))
    assert agreed(negotiation).payload_type == 101
    assert 101 not in agreed(negotiation).receives and 101 in agreed(negotiation).event_types


def test_an_answer_may_leave_out_what_we_have_said() -> None:
    negotiation = Negotiation(means())
    negotiation.offer()
    negotiation.take_answer(audio(formats="111 110"))
    assert (agreed(negotiation).codec, agreed(negotiation).event_payload_type) == ("opus", 110)


def test_a_second_answer_replaces_the_first() -> None:
    """183 from the carrier's announcements, then 200 from the one who was called."""
    negotiation = Negotiation(means())
    negotiation.offer()
    negotiation.take_answer(audio(port=4_000))
    negotiation.take_answer(audio(port=5_000))
    assert agreed(negotiation).remote == ("192.0.2.1", 5_000)


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ("", "no o= line"),
        (HEAD, "no audio in media line 1"),
        (HEAD + "m=video 4000 RTP/AVP 0\n" + "m=audio 4000 RTP/AVP 0\n", "no audio in media line 1"),
        (audio(port=0), "port is 0"),
        (audio(formats="18"), "no codec in common"),
        (audio(protocol="RTP/SAVP"), "RTP/AVP was offered, the answer is RTP/SAVP"),
        (audio(protocol="TCP/MSRP"), "not spoken"),
    ],
)
def test_answers_that_do_not_fit_say_why(answer: str, complaint: str) -> None:
    negotiation = Negotiation(means())
    negotiation.offer()
    with pytest.raises(NotAcceptable, match=complaint):
        negotiation.take_answer(answer)
    assert negotiation.agreed is None


def test_an_answer_to_nothing() -> None:
    negotiation = Negotiation(means())
    with pytest.raises(NotAcceptable, match="nothing was offered"):
        negotiation.take_answer(SIPP)
    negotiation.offer()
    negotiation.answer(SIPP)  # the offer is void
    with pytest.raises(NotAcceptable, match="nothing was offered"):
        negotiation.take_answer(SIPP)


def test_rtcp_shares_the_port_only_where_both_have_said_so() -> None:
    negotiation = Negotiation(means())
    negotiation.offer()
    negotiation.take_answer(audio("rtcp-mux"))
    assert agreed(negotiation).remote_rtcp == ("192.0.2.1", 4_001)
    negotiation.answer(audio("rtcp-mux"))
    assert agreed(negotiation).remote_rtcp == ("192.0.2.1", 4_000)
    assert "a=rtcp-mux" in negotiation.offer()
    negotiation.take_answer(audio("rtcp-mux"))
    assert agreed(negotiation).remote_rtcp == ("192.0.2.1", 4_000)


def test_our_later_offer_has_the_codec_first_and_all_payload_types_as_they_were() -> None:
    negotiation = Negotiation(means())
    answer = negotiation.answer(
        audio(
            "rtpmap:111 telephone-event/8000",
            "rtpmap:101 speex/8000",
            "rtpmap:99 opus/48000/2",
            formats="8 101 99 111",
        )
    )
    offer = negotiation.offer()
    (ours,) = read_sdp(offer).media
    assert ours.formats[:1] == ("8",)
    assert "99 opus/48000/2" in ours.values("rtpmap") and "111 telephone-event/8000" in ours.values("rtpmap")
    assert len(set(ours.formats)) == len(ours.formats) == 6 and "101" not in ours.formats
    assert version(offer) == version(answer) + 1
    assert negotiation.offer() == offer
    negotiation.take_answer(audio(formats="8"))
    assert negotiation.offer() == offer


# ---- encryption of offers


def test_an_offer_that_must_be_encrypted() -> None:
    negotiation = Negotiation(means(srtp="required"))
    (ours,) = read_sdp(negotiation.offer()).media
    assert ours.protocol == "RTP/SAVP"
    eighty, thirty_two = ours.cryptos()
    assert (eighty.tag, eighty.suite) == (1, "AES_CM_128_HMAC_SHA1_80")
    assert (thirty_two.tag, thirty_two.suite) == (2, "AES_CM_128_HMAC_SHA1_32")
    assert eighty.key != thirty_two.key

    negotiation.take_answer(audio(f"crypto:2 AES_CM_128_HMAC_SHA1_32 {KEY}", protocol="RTP/SAVP"))
    found = agreed(negotiation)
    assert found.local_srtp and found.local_srtp.inline == thirty_two.key
    assert found.remote_srtp and found.remote_srtp.inline == KEY
    (later,) = read_sdp(negotiation.offer()).media
    assert later.cryptos() == [thirty_two]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("tool:none", "there is no key"),
        (f"crypto:3 AES_CM_128_HMAC_SHA1_80 {KEY}", "crypto line 3 .* was not offered"),
        (f"crypto:1 AES_CM_128_HMAC_SHA1_32 {KEY}", "crypto line 1 .* was not offered"),
        (f"crypto:1 AES_CM_128_HMAC_SHA1_80 {KEY}|2^31|1:4", "identifier"),
        (f"crypto:1 AES_CM_128_HMAC_SHA1_80 {KEY} UNENCRYPTED_SRTP", "UNENCRYPTED_SRTP"),
    ],
)
def test_an_answer_that_is_not_encrypted_as_it_must_be(line: str, complaint: str) -> None:
    negotiation = Negotiation(means(srtp="required"))
    negotiation.offer()
    with pytest.raises(NotAcceptable, match=complaint):
        negotiation.take_answer(audio(line, protocol="RTP/SAVP"))


def test_a_call_that_is_no_longer_encrypted_is_not_offered_as_one() -> None:
    negotiation = Negotiation(means())
    negotiation.answer(ASTERISK)
    assert "RTP/SAVP" in negotiation.offer()
    negotiation.answer(audio())
    offer = negotiation.offer()
    assert "RTP/AVP" in offer and "crypto" not in offer


# ---- both ends are ours


@pytest.mark.parametrize("srtp", ["off", "optional", "required"])
@pytest.mark.parametrize("hosts", [("192.0.2.1", "192.0.2.2"), ("2001:db8::1", "2001:db8::2")])
def test_two_of_us_agree(srtp: str, hosts: tuple[str, str]) -> None:
    caller, called = (Negotiation(means(host=host, srtp=srtp)) for host in hosts)
    caller.take_answer(called.answer(caller.offer()))
    one, other = agreed(caller), agreed(called)
    assert one.codec == other.codec == "opus"
    assert one.payload_type in other.receives and other.payload_type in one.receives
    assert one.event_payload_type in other.event_types and other.event_payload_type in one.event_types
    assert (one.local_srtp, one.remote_srtp) == (other.remote_srtp, other.local_srtp)
    assert (one.local_srtp is not None) == (srtp == "required")
    assert one.remote == (hosts[1], 20_000)
    called.take_answer(caller.answer(called.offer()))
    for now, before in ((agreed(caller), one), (agreed(called), other)):
        assert now.remote == before.remote and now.payload_type == before.payload_type
        assert (now.local_srtp, now.remote_srtp) == (before.local_srtp, before.remote_srtp)


# ---- odd texts

LINES = [line for sample in (BARESIP, RTPENGINE, ASTERISK, CHROME, TWO_LINES) for line in sample.split("\n")]
odd_lines = st.one_of(
    st.sampled_from(LINES),
    st.sampled_from(
        ["m=audio 4000 RTP/AVP 0 8 96", "a=ptime:1e3", "a=maxptime:-1", "a=rtcp:99999", "a=rtcp: x", "c=IN IP4 x"]
    ),
    st.tuples(st.sampled_from(LINES), st.integers(0, 60), st.text(max_size=6)).map(
        lambda t: t[0][: t[1]] + t[2] + t[0][t[1] + 1 :]
    ),
)


@settings(max_examples=300)
@given(st.lists(odd_lines, max_size=25), st.sampled_from(["off", "optional", "required"]))
def test_odd_descriptions_are_refused_or_agreed_on_and_nothing_else(lines: list[str], srtp: str) -> None:
    negotiation = Negotiation(means(srtp=srtp))
    text = HEAD + "\n".join(lines)
    for step in (negotiation.answer, negotiation.take_answer, lambda _: negotiation.offer(), negotiation.take_answer):
        before = negotiation.agreed
        try:
            said = step(text)
        except NotAcceptable as refusal:
            assert negotiation.agreed is before and "\n" not in str(refusal)
            continue
        found = negotiation.agreed
        if found:
            assert 0 < found.remote[1] < 65_536 and 0 < found.remote_rtcp[1] < 65_536
            assert found.packet_ms in (20, 40, 60)
            assert not found.event_types & found.receives.keys()
        if said and found:
            ours = read_sdp(said)  # the answer, or our later offer
            assert sum(media.port != 0 for media in ours.media) == 1
            assert said.isascii()


def test_payload_types_may_run_out() -> None:
    maps = [f"rtpmap:{number} X-{number}/8000" for number in range(96, 128)]
    negotiation = Negotiation(means())
    negotiation.answer(audio(*maps, formats="0 " + " ".join(str(number) for number in range(96, 128))))
    (ours,) = read_sdp(negotiation.offer()).media
    assert ours.formats == ("0", "8", "13")


@pytest.mark.parametrize(
    "line",
    ["a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AA", "a=rtpmap:0 PCMU/8000", "a=fmtp:0 x", "a=", "c=IN IP4 1.1.1.1"],
)
def test_the_longest_offer_holds_up_nobody(line: str) -> None:
    offer = audio() + f"{line}\n" * 490
    assert cpu_s(lambda: Negotiation(means()).answer(offer), 20) < 0.01  # measured: 0.0022


@pytest.mark.parametrize("offer", [SIPP, BARESIP, RTPENGINE, ASTERISK])
def test_an_offer_is_answered_in_no_time(offer: str) -> None:
    assert cpu_s(lambda: Negotiation(means()).answer(offer), 200) < 0.001  # measured: 0.0001
