from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.doors.rtp.sdp import (
    LARGEST_CHARS,
    MOST_MEDIA,
    Crypto,
    Format,
    Media,
    Origin,
    SdpInvalid,
    SessionDescription,
    read_sdp,
    write_sdp,
)

HEAD = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n"

FULL = """v=0
o=alice 2890844526 2890842807 IN IP4 192.0.2.5
s=a call
i=about the order
u=http://www.example.com/
e=alice@example.com
c=IN IP4 224.2.17.12/127
b=AS:64
t=2873397496 2873404696
r=604800 3600 0 90000
k=clear:secret
a=recvonly
a=tool:something 1.0: new
m=audio 49170/2 RTP/SAVP 0 96 101
i=voice
c=IN IP6 2001:db8::1
b=AS:64
a=rtpmap:96 opus/48000/2
a=fmtp:96 useinbandfec=1; stereo=0
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc|2^20|1:4 KDR=0 WSH=64
a=sendonly
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
"""


def test_a_whole_description_is_read() -> None:
    description = read_sdp(FULL)
    assert description.origin == Origin("alice", "2890844526", "2890842807", "192.0.2.5")
    assert description.host == "224.2.17.12"
    assert description.attributes == (("recvonly", ""), ("tool", "something 1.0: new"))
    assert description.value("tool") == "something 1.0: new"
    audio, data = description.media
    assert (audio.kind, audio.port, audio.protocol, audio.formats) == ("audio", 49_170, "RTP/SAVP", ("0", "96", "101"))
    assert description.host_of(audio) == "2001:db8::1"
    assert audio.rtp_formats() == [
        Format(0, "PCMU", 8_000),
        Format(96, "opus", 48_000, 2, "useinbandfec=1; stereo=0"),
        Format(101, "telephone-event", 8_000, 1, "0-16"),
    ]
    assert audio.cryptos() == [Crypto(1, "AES_CM_128_HMAC_SHA1_80", "inline:abc|2^20|1:4", ("KDR=0", "WSH=64"))]
    assert audio.has("sendonly") and not audio.has("recvonly")
    assert (data.kind, data.formats, description.host_of(data)) == (
        "application",
        ("webrtc-datachannel",),
        "224.2.17.12",
    )


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r", "\n\n", " \r\n"])
def test_lines_may_end_in_any_way(ending: str) -> None:
    assert read_sdp(FULL.replace("\n", ending)) == read_sdp(FULL)


def test_descriptions_are_written_as_rfc_8866_orders_them() -> None:
    audio = Media("audio", 4_000, "RTP/AVP", ("0", "8"), "2001:db8::2", (("rtpmap", "0 PCMU/8000"), ("sendrecv", "")))
    written = write_sdp(
        SessionDescription(Origin("-", "7", "2", "192.0.2.9"), (audio,), "192.0.2.9", (("group", "BUNDLE a"),))
    )
    assert written == (
        "v=0\r\no=- 7 2 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\na=group:BUNDLE a\r\n"
        "m=audio 4000 RTP/AVP 0 8\r\nc=IN IP6 2001:db8::2\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n"
    )


words = st.text("abcXYZ0189-_/.+", min_size=1, max_size=12)
attributes = st.lists(st.tuples(words, st.text("abc 019:;=/", max_size=20).map(str.strip)), max_size=5).map(tuple)
hosts = st.sampled_from(["192.0.2.1", "2001:db8::1", "0.0.0.0", "media.example.com"])
media_lines = st.builds(
    Media,
    kind=words,
    port=st.integers(0, 65_535),
    protocol=words,
    formats=st.lists(words, max_size=5).map(tuple),
    host=st.none() | hosts,
    attributes=attributes,
)
descriptions = st.builds(
    SessionDescription,
    origin=st.builds(Origin, words, words, words, hosts),
    media=st.lists(media_lines, max_size=4).map(tuple),
    host=st.none() | hosts,
    attributes=attributes,
)


@given(descriptions)
def test_what_is_written_is_read_again(description: SessionDescription) -> None:
    assert read_sdp(write_sdp(description)) == description


def test_user_names_may_have_spaces() -> None:
    assert read_sdp("v=0\no=A User Name 5 6 IN IP4 192.0.2.1\n").origin.session_id == "5"


def formats(*lines: str) -> list[Format]:
    return read_sdp(HEAD + "\n".join(lines)).media[0].rtp_formats()


def test_payload_types_of_old_need_no_map() -> None:
    assert formats("m=audio 4000 RTP/AVP 8 0 13 35 99") == [
        Format(8, "PCMA", 8_000),
        Format(0, "PCMU", 8_000),
        Format(13, "CN", 8_000),
    ]


def test_what_a_map_is_not_understood_of_is_left_out() -> None:
    assert formats(
        "m=audio 4000 RTP/AVP 96 97 98 99 100 102 103 104",
        "a=rtpmap:96 opus",
        "a=rtpmap:97 opus/fast/2",
        "a=rtpmap:98",
        "a=rtpmap:99 /8000",
        "a=rtpmap:100 PCMU/8000/none",
        "a=rtpmap:102 PCMU/0",
        "a=rtpmap:103 PCMU/٨٠٠٠",
        "a=rtpmap:999 PCMU/8000",
        "a=rtpmap:104 L16/16000/1",
    ) == [Format(104, "L16", 16_000)]


def test_parameters_count_for_the_type_they_name_wherever_they_stand() -> None:
    assert formats(
        "m=audio 4000 RTP/AVP 0 101 101", "a=fmtp:101 0-15", "a=fmtp:x 3", "a=rtpmap:101 telephone-event/8000"
    ) == [
        Format(0, "PCMU", 8_000),
        Format(101, "telephone-event", 8_000, 1, "0-15"),
    ]


def test_malformed_keys_are_left_out() -> None:
    media = Media(
        "audio", 1, "RTP/SAVP", ("0",), None, (("crypto", "x A inline:b"), ("crypto", "1 A"), ("crypto", "2 A k"))
    )
    assert media.cryptos() == [Crypto(2, "A", "k")]
    assert replace(media, attributes=()).cryptos() == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "no o= line"),
        ("hello", "line 1 .* not x=value: 'hello'"),
        ("v=1\r\n", "begins with 'v=1'"),
        ("o=- 1 1 IN IP4 192.0.2.1\r\nv=0\r\n", "begins with 'o="),
        ("v=0\r\ns=-\r\n", "no o= line"),
        ("v=0\r\no=-\r\n", "line 2 .* six words"),
        (HEAD + "m=audio\r\n", "line 5 .* a kind, a port"),
        (HEAD + "m=audio 70000 RTP/AVP 0\r\n", "no port"),
        (HEAD + "m=audio -1 RTP/AVP 0\r\n", "no port"),
        (HEAD + "m=audio ٤٠ RTP/AVP 0\r\n", "strange"),
        (HEAD + "m=audio 4000 RTP/AVP 0\x00\r\n", "strange"),
        (HEAD + "c=IN IP4\r\n", "a connection is"),
        (HEAD + "c=ATM X 1\r\n", "a connection is"),
        (HEAD + "m=audio 4000 RTP/AVP 0\r\n" * (MOST_MEDIA + 1), "more than 32 media lines"),
        ("v=0\r\n" + "a" * LARGEST_CHARS, "32773 characters: 32768 are read"),
        (HEAD + "a=x\r\n" * 500, "505 lines: 500 are read"),
    ],
)
def test_what_is_no_description_says_where(text: str, complaint: str) -> None:
    with pytest.raises(SdpInvalid, match=complaint) as raised:
        read_sdp(text)
    assert len(str(raised.value)) < 200 and "\n" not in str(raised.value)


@given(
    st.text(max_size=300)
    | st.lists(st.text(max_size=40), max_size=20).map(lambda lines: HEAD + "m=" + "\n".join(lines))
)
def test_odd_texts_are_invalid_and_nothing_worse(text: str) -> None:
    try:
        description = read_sdp(text)
    except SdpInvalid:
        return
    for media in description.media:
        media.rtp_formats()
        media.cryptos()


@given(st.data())
def test_a_mutated_description_is_invalid_and_nothing_worse(data: st.DataObject) -> None:
    lines = FULL.split("\n")
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        cut = data.draw(st.integers(0, len(lines[at])))
        lines[at] = lines[at][:cut] + data.draw(st.text(max_size=8)) + lines[at][cut + data.draw(st.integers(0, 3)) :]
    try:
        description = read_sdp("\n".join(lines))
    except SdpInvalid:
        return
    for media in description.media:
        media.rtp_formats()
        media.cryptos()
