import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.doors.rtp.srtp import MOST_SOURCES, SUITES, KeyInvalid, SrtpKey, SrtpSession

# the example of RFC 4568 §6.1
INLINE = "inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj"
EIGHTY = "AES_CM_128_HMAC_SHA1_80"


def rtp(sequence: int, source: int = 7, payload: bytes = b"\xff" * 160) -> bytes:
    return b"\x80\x00" + sequence.to_bytes(2) + (160 * sequence).to_bytes(4) + source.to_bytes(4) + payload


def rtcp(source: int = 7) -> bytes:
    return b"\x80\xc9\x00\x01" + source.to_bytes(4)


def ends(suite: str = EIGHTY) -> tuple[SrtpSession, SrtpSession]:
    one, other = SrtpKey.new(suite), SrtpKey.new(suite)
    return SrtpSession(one, other), SrtpSession(other, one)


@pytest.mark.parametrize("suite", SUITES)
def test_what_one_side_encrypts_the_other_reads(suite: str) -> None:
    here, there = ends(suite)
    for sequence in range(3):
        sent = here.protect(rtp(sequence))
        assert b"\xff" * 8 not in sent
        assert there.unprotect(sent) == rtp(sequence)
        assert here.unprotect(there.protect(rtp(sequence, source=9))) == rtp(sequence, source=9)
    sent = here.protect_rtcp(rtcp())
    assert sent != rtcp() and there.unprotect_rtcp(sent) == rtcp()


def test_tags_are_as_long_as_the_suite_says() -> None:
    """RFC 4568 §6.2: 80 bits, or 32; in RTCP always 80, behind an index of 32."""
    for suite, tag_bytes in ((EIGHTY, 10), ("AES_CM_128_HMAC_SHA1_32", 4)):
        here, _ = ends(suite)
        assert len(here.protect(rtp(1))) == len(rtp(1)) + tag_bytes
        assert len(here.protect_rtcp(rtcp())) == len(rtcp()) + 4 + 10


def test_repetitions_forgeries_and_clear_packets_are_nothing() -> None:
    here, there = ends()
    sent = here.protect(rtp(1))
    forged = sent[:-1] + bytes([sent[-1] ^ 1])
    assert there.unprotect(forged) is None
    assert there.unprotect(rtp(1)) is None
    assert there.unprotect(sent) == rtp(1)
    assert there.unprotect(sent) is None
    reported = here.protect_rtcp(rtcp())
    assert there.unprotect_rtcp(reported[:-1] + bytes([reported[-1] ^ 1])) is None
    assert there.unprotect_rtcp(reported) == rtcp()
    assert there.unprotect_rtcp(reported) is None


def test_packets_in_another_order_are_taken() -> None:
    here, there = ends()
    first, second, third = (here.protect(rtp(sequence)) for sequence in (65_534, 65_535, 0))
    assert there.unprotect(first) == rtp(65_534)
    assert there.unprotect(third) == rtp(0)
    assert there.unprotect(second) == rtp(65_535)


@given(st.binary(max_size=2_000))
def test_no_bytes_from_the_net_raise(packet: bytes) -> None:
    _, there = ends()
    assert there.unprotect(packet) is None
    assert there.unprotect_rtcp(packet) is None


def test_what_cannot_be_encrypted_is_an_error() -> None:
    here, _ = ends()
    here.protect(rtp(1))
    with pytest.raises(ValueError, match="replay"):
        here.protect(rtp(1))
    with pytest.raises(ValueError, match="too long"):
        here.protect(rtp(2, payload=bytes(1_500)))


def test_a_peer_cannot_have_a_context_for_ever_more_sources() -> None:
    here, there = ends()
    heard = [there.unprotect(here.protect(rtp(1, source))) for source in range(MOST_SOURCES + 5)]
    assert heard.index(None) == MOST_SOURCES
    assert there.unprotect(here.protect(rtp(2, source=0))) == rtp(2, source=0)


def test_forged_sources_take_no_place() -> None:
    here, there = ends()
    for source in range(MOST_SOURCES + 5):
        there.unprotect(rtp(1, source, bytes(170)))
    assert there.unprotect(here.protect(rtp(1, 1_000))) == rtp(1, 1_000)


def test_a_new_key_of_one_side_leaves_the_other_direction_as_it_is() -> None:
    one, other, third = (SrtpKey.new(EIGHTY) for _ in range(3))
    here, there = SrtpSession(one, other), SrtpSession(other, one)
    before = here.protect(rtp(1))
    assert there.unprotect(before) == rtp(1)
    here.change(one, third)
    there.change(third, one)
    assert there.unprotect(before) is None  # still known as a repetition
    with pytest.raises(ValueError, match="replay"):
        here.protect(rtp(1))
    assert here.unprotect(there.protect(rtp(1))) == rtp(1)


def test_keys_travel_as_rfc_4568_writes_them() -> None:
    key = SrtpKey.of_inline(EIGHTY, INLINE)
    assert key.inline == INLINE
    assert (len(key.master_key), len(key.salt)) == (16, 14)
    assert SrtpKey.of_inline(EIGHTY, INLINE + "|2^20") == key
    assert SrtpKey.of_inline(EIGHTY, INLINE + "|2147483648") == key
    for suite in SUITES:
        new = SrtpKey.new(suite)
        assert SrtpKey.of_inline(suite, new.inline) == new != SrtpKey.new(suite)


def test_padding_may_be_missing() -> None:
    key = SrtpKey.new("AEAD_AES_256_GCM")
    assert key.inline.endswith("=")
    assert SrtpKey.of_inline(key.suite, key.inline.rstrip("=")) == key


@pytest.mark.parametrize(
    ("suite", "parameters", "complaint"),
    [
        ("AES_CM_128_NULL", INLINE, "unknown"),
        ("", INLINE, "unknown"),
        ("AEAD_AES_256_GCM", INLINE, "key of 32"),
        (EIGHTY, "inline:", "key of 16"),
        (EIGHTY, INLINE + "AAAA", "salt of 14"),
        (EIGHTY, "inline:%%%%", "base64"),
        (EIGHTY, "inline:한글", "base64"),
        (EIGHTY, "uri:https://example.com/key", "not inline"),
        (EIGHTY, INLINE + "|2^31|1:4", "identifier"),
        (EIGHTY, INLINE + "|1:4", "identifier"),
        (EIGHTY, f"{INLINE}|2^31|1:4;{INLINE}|2^31|2:4", "more than one"),
        (EIGHTY, INLINE + "|2^10", "lifetime"),
        (EIGHTY, INLINE + "|2^49", "lifetime"),
        (EIGHTY, INLINE + "|2^999999999999", "lifetime"),
        (EIGHTY, INLINE + "|3^31", "lifetime"),
        (EIGHTY, INLINE + "|soon", "lifetime"),
        (EIGHTY, INLINE + "|", "lifetime"),
        (EIGHTY, INLINE + "|2^31|2^31", "lifetime"),
    ],
)
def test_keys_that_cannot_be_used_say_why(suite: str, parameters: str, complaint: str) -> None:
    with pytest.raises(KeyInvalid, match=complaint):
        SrtpKey.of_inline(suite, parameters)


def test_a_key_is_not_shown() -> None:
    key = SrtpKey.of_inline(EIGHTY, INLINE)
    assert repr(key) == f"SrtpKey(suite='{EIGHTY}')"
    assert base64.b64encode(key.master_key).decode() not in f"{key} {key!r}"


@given(st.text(max_size=60))
def test_odd_key_parameters_are_only_invalid(parameters: str) -> None:
    with pytest.raises(KeyInvalid):
        SrtpKey.of_inline(EIGHTY, "inline:" + parameters)
