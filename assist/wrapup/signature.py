"""Who sent a delivery, and when: HMAC-SHA256 (RFC 2104) over its time and its body, with a key that both sides know.

A delivery is a POST with these headers:

    X-AICC-Delivery: 019ab3c4-...        the same however often it is sent; Idempotency-Key says it too
    X-AICC-Timestamp: 1795314000         seconds since 1970, of this sending
    X-AICC-Signature: sha256=5d41...     HMAC(key, timestamp + "." + body), hexadecimal

A receiver calls :func:`check` with the body as it came, byte for byte, before it is parsed, then looks whether it has
``X-AICC-Delivery`` already, and answers 2xx once the note is safe. The id stands in the body too, as ``delivery``, and
so is signed: take it from there where headers are not trusted. It may come again after it was answered, always with
this id; versions of one note come in order.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping

DELIVERY, TIMESTAMP, SIGNATURE = "X-AICC-Delivery", "X-AICC-Timestamp", "X-AICC-Signature"
WINDOW_S = 300
"""How far the clocks of both sides may be apart; an older delivery that somebody kept and sends again is refused."""


class SignatureInvalid(ValueError):
    """Not from whom it should be, or not from now; the message is one line, for the receiver's log."""


def headers(key: bytes, delivery_id: str, body: bytes, now_s: float) -> dict[str, str]:
    """What goes with ``body`` when it is sent at ``now_s``, in seconds since 1970."""
    timestamp = str(int(now_s))
    return {
        "Content-Type": "application/json",
        "Idempotency-Key": delivery_id,
        DELIVERY: delivery_id,
        TIMESTAMP: timestamp,
        SIGNATURE: signature(key, timestamp, body),
    }


def signature(key: bytes, timestamp: str, body: bytes) -> str:
    return "sha256=" + hmac.new(key, timestamp.encode("ascii") + b"." + body, hashlib.sha256).hexdigest()


def check(key: bytes, sent: Mapping[str, str], body: bytes, now_s: float, window_s: float = WINDOW_S) -> None:
    """For receivers: ``sent`` are the request's headers, whatever the case of their names.

    Raises :class:`SignatureInvalid`. Takes the same time wherever a wrong signature differs from the right one.
    """
    named = {name.lower(): value for name, value in sent.items()}
    timestamp = named.get(TIMESTAMP.lower(), "")
    if not re.fullmatch(r"[0-9]{1,12}", timestamp, re.ASCII):
        raise SignatureInvalid(f"the header {TIMESTAMP} is missing, or no number of seconds")
    shown = named.get(SIGNATURE.lower(), "").encode("utf-8", "surrogateescape")
    if not hmac.compare_digest(shown, signature(key, timestamp, body).encode()):
        raise SignatureInvalid("the signature does not fit: another key, or a body that was changed on its way")
    if abs(now_s - int(timestamp)) > window_s:
        raise SignatureInvalid(f"it was sent {now_s - int(timestamp):.0f} s ago: kept by somebody, or a clock is wrong")
