"""How long numbers are grouped: telephones by area code, cards by four."""

from __future__ import annotations

import re

# Korean numbering plan: mobile, area codes, internet telephony, freephone, virtual numbers, and nationwide numbers
# without area code (1588-1234).
_PLAN = re.compile(
    r"(010)(\d{4})(\d{4})"
    r"|(01[16-9])(\d{3,4})(\d{4})"
    r"|(02)(\d{3,4})(\d{4})"
    r"|(0(?:3[1-3]|4[1-4]|5[1-5]|6[0-4]|70|80))(\d{3,4})(\d{4})"
    r"|(050\d)(\d{3,4})(\d{4})"
    r"|(1[568]\d\d)(\d{4})"
)
_CARD = re.compile(r"(\d{4})(\d{4})(\d{4})(\d{4})")


def grouped(digits: str) -> str | None:
    """``01012345678`` as ``010-1234-5678``; None for what is neither a telephone number nor 16 digits of a card."""
    match = _PLAN.fullmatch(digits) or _CARD.fullmatch(digits)
    return "-".join(group for group in match.groups() if group) if match else None


def is_telephone(digits: str) -> bool:
    return _PLAN.fullmatch(digits) is not None
