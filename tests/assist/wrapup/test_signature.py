"""What a receiver can rely on."""

import hashlib
import hmac

import pytest

from assist.wrapup.signature import SignatureInvalid, check, headers, signature

KEY = b"a key that both sides know"
BODY = '{"note":{"summary":{"issue":"환불"}}}'.encode()
NOW_S = 1_795_314_000.7


def test_it_is_the_hmac_of_the_time_a_point_and_the_body() -> None:
    sent = headers(KEY, "id-1", BODY, NOW_S)
    assert sent == {
        "Content-Type": "application/json",
        "Idempotency-Key": "id-1",
        "X-AICC-Delivery": "id-1",
        "X-AICC-Timestamp": "1795314000",
        "X-AICC-Signature": "sha256=" + hmac.new(KEY, b"1795314000." + BODY, hashlib.sha256).hexdigest(),
    }
    check(KEY, sent, BODY, NOW_S)


def test_a_known_value() -> None:
    """Made with: printf '1.{}' | openssl dgst -sha256 -hmac key"""
    assert signature(b"key", "1", b"{}") == "sha256=1ba6b8171186efc613e8bcc0cbdab2748f24984d7c5a84faa2637afa0e40d224"


def test_names_of_headers_come_in_any_case() -> None:
    sent = headers(KEY, "id-1", BODY, NOW_S)
    check(KEY, {name.lower(): value for name, value in sent.items()}, BODY, NOW_S)
    check(KEY, {name.upper(): value for name, value in sent.items()}, BODY, NOW_S)


@pytest.mark.parametrize("body", [BODY + b" ", BODY.replace(b"note", b"nope"), b""])
def test_a_body_that_was_changed(body: bytes) -> None:
    with pytest.raises(SignatureInvalid, match="the signature does not fit"):
        check(KEY, headers(KEY, "id-1", BODY, NOW_S), body, NOW_S)


@pytest.mark.parametrize("shown", ["", "sha256=", "sha256=" + "0" * 64, "md5=1", "가", "\udcff"])
def test_another_signature(shown: str) -> None:
    sent = headers(KEY, "id-1", BODY, NOW_S) | {"X-AICC-Signature": shown}
    with pytest.raises(SignatureInvalid, match="the signature does not fit"):
        check(KEY, sent, BODY, NOW_S)


def test_another_key_and_no_signature() -> None:
    sent = headers(KEY, "id-1", BODY, NOW_S)
    with pytest.raises(SignatureInvalid, match="another key"):
        check(b"another key, as long", sent, BODY, NOW_S)
    del sent["X-AICC-Signature"]
    with pytest.raises(SignatureInvalid):
        check(KEY, sent, BODY, NOW_S)


@pytest.mark.parametrize("timestamp", ["", "now", "-1", "1e9", "١٢٣", "9" * 13, "1795314000.7"])
def test_a_time_that_is_none(timestamp: str) -> None:
    with pytest.raises(SignatureInvalid, match="X-AICC-Timestamp is missing, or no number"):
        check(KEY, headers(KEY, "id-1", BODY, NOW_S) | {"X-AICC-Timestamp": timestamp}, BODY, NOW_S)


def test_one_that_was_kept_is_refused_and_its_time_cannot_be_put_right() -> None:
    sent = headers(KEY, "id-1", BODY, NOW_S)
    check(KEY, sent, BODY, NOW_S + 299)
    check(KEY, sent, BODY, NOW_S - 299)
    for later_s in (302, -302):
        with pytest.raises(SignatureInvalid, match="a clock is wrong"):
            check(KEY, sent, BODY, NOW_S + later_s)
    with pytest.raises(SignatureInvalid, match="does not fit"):
        check(KEY, sent | {"X-AICC-Timestamp": str(int(NOW_S) + 302)}, BODY, NOW_S + 302)
