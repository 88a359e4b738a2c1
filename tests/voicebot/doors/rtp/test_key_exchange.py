import pytest

from voicebot.doors.negotiable import NotAcceptable
from voicebot.doors.rtp.key_exchange import Encryption, Keys, keys_of_answer, keys_to_answer
from voicebot.doors.rtp.sdp import Media
from voicebot.doors.rtp.srtp import SrtpKey

EIGHTY, THIRTY_TWO = "AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"
KEY = "inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj"


def audio(protocol: str, *cryptos: str) -> Media:
    return Media("audio", 4_000, protocol, ("0",), None, tuple(("crypto", crypto) for crypto in cryptos))


@pytest.mark.parametrize("encryption", ["optional", "required"])
@pytest.mark.parametrize("protocol", ["RTP/AVP", "RTP/AVPF", "RTP/SAVP", "RTP/SAVPF"])
def test_the_first_line_that_can_be_used_is_taken(protocol: str, encryption: Encryption) -> None:
    keys = keys_to_answer(
        audio(
            protocol,
            f"1 AES_256_CM_HMAC_SHA1_80 {KEY}",
            f"2 {EIGHTY} {KEY}|2^31|1:4",
            f"3 {EIGHTY} {KEY}|2^5",
            f"4 {EIGHTY} {KEY} KDR=0",
            f"5 {EIGHTY} inline:short",
            f"60 {THIRTY_TWO} {KEY}|2^31 WSH=64 -X=1",
            f"7 {EIGHTY} {KEY}",
        ),
        encryption,
        None,
    )
    assert keys is not None and keys.tag == 60
    assert keys.remote == SrtpKey.of_inline(THIRTY_TWO, KEY)
    assert keys.local.suite == THIRTY_TWO and keys.local != keys.remote


def test_256_bits() -> None:
    theirs = SrtpKey.new("AEAD_AES_256_GCM")
    keys = keys_to_answer(audio("RTP/SAVP", f"1 {theirs.suite} {theirs.inline}", f"2 {EIGHTY} {KEY}"), "optional", None)
    assert keys and keys.remote == theirs and len(keys.local.master_key) == 32


@pytest.mark.parametrize(
    ("protocol", "encryption", "cryptos", "complaint"),
    [
        ("RTP/SAVP", "off", [f"1 {EIGHTY} {KEY}"], "switched off"),
        ("RTP/SAVP", "optional", [], "there is no key"),
        ("RTP/AVP", "required", [], "there is no key"),
        ("RTP/SAVPF", "optional", [f"1 {EIGHTY} {KEY}|2^31|1:4"], "identifier"),
        ("RTP/AVP", "required", [f"1 {EIGHTY} {KEY} UNAUTHENTICATED_SRTP"], "'UNAUTHENTICATED_SRTP' is not known"),
        ("RTP/AVP", "required", [f"1 F8_128_HMAC_SHA1_80 {KEY}"], "F8_128_HMAC_SHA1_80' is unknown"),
        ("UDP/TLS/RTP/SAVP", "optional", [f"1 {EIGHTY} {KEY}"], "not spoken"),
        ("RTP/SAVPX", "off", [], "not spoken"),
    ],
)
def test_offers_that_cannot_be_encrypted_as_they_must(
    protocol: str, encryption: Encryption, cryptos: list[str], complaint: str
) -> None:
    with pytest.raises(NotAcceptable, match=complaint):
        keys_to_answer(audio(protocol, *cryptos), encryption, None)


@pytest.mark.parametrize(
    ("encryption", "cryptos"), [("off", [f"1 {EIGHTY} {KEY}"]), ("optional", []), ("optional", ["1 X inline:y"])]
)
def test_audio_in_clear(encryption: Encryption, cryptos: list[str]) -> None:
    assert keys_to_answer(audio("RTP/AVP", *cryptos), encryption, None) is None


def test_our_key_is_kept_for_the_same_key_of_the_peer_alone() -> None:
    first = keys_to_answer(audio("RTP/SAVP", f"1 {EIGHTY} {KEY}"), "optional", None)
    assert first
    again = keys_to_answer(audio("RTP/SAVP", f"2 {EIGHTY} {KEY}"), "optional", first)
    assert again == Keys(2, first.local, first.remote)
    other = keys_to_answer(audio("RTP/SAVP", f"1 {THIRTY_TWO} {KEY}"), "optional", first)
    assert other and other.local.suite == THIRTY_TWO


def test_an_answer_takes_one_of_the_lines_that_were_offered() -> None:
    offered = {1: SrtpKey.new(EIGHTY), 2: SrtpKey.new(THIRTY_TWO)}
    answer = audio("RTP/SAVP", f"9 {EIGHTY} {KEY}", f"2 {EIGHTY} {KEY}", f"2 {THIRTY_TWO} {KEY}")
    assert keys_of_answer(answer, "required", offered) == Keys(2, offered[2], SrtpKey.of_inline(THIRTY_TWO, KEY))


def test_an_answer_in_clear_to_an_offer_that_leaves_the_choice() -> None:
    offered = {1: SrtpKey.new(EIGHTY)}
    assert keys_of_answer(audio("RTP/AVP"), "optional", offered) is None
    assert keys_of_answer(audio("RTP/AVP", f"1 {EIGHTY} {KEY}"), "optional", {}) is None  # nobody has asked for it
    with pytest.raises(NotAcceptable, match="cannot be decrypted"):
        keys_of_answer(audio("RTP/AVP"), "required", offered)
