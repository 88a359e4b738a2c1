"""What can go wrong at the company's login, and the sentences of it on the login page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Fault = Literal["away", "refused", "stale", "invalid", "unknown", "no_role"]

SENTENCES: Mapping[Fault, Mapping[str, str]] = {
    "away": {
        "ko": "회사 로그인 서버가 응답하지 않습니다. 잠시 후 다시 시도하거나 비밀번호로 로그인해 주세요.",
        "en": "The company's login does not answer. Try again in a moment, or sign in with a password.",
    },
    "refused": {
        "ko": "회사 로그인이 취소되었거나 거부되었습니다. 다시 시도해 주세요.",
        "en": "The company's login was cancelled or refused. Try again.",
    },
    "stale": {
        "ko": "로그인 시간이 지났거나 다른 창에서 시작한 로그인입니다. 이 창에서 다시 시작해 주세요.",
        "en": "This sign-in is too old or was begun in another window. Begin again in this one.",
    },
    "invalid": {
        "ko": "회사 로그인 서버의 응답을 믿을 수 없어 로그인하지 않았습니다. 관리자에게 알려 주세요.",
        "en": "The answer of the company's login cannot be trusted. Tell an administrator.",
    },
    "unknown": {
        "ko": "이 회사 계정으로 등록된 사람이 없습니다. 관리자에게 등록을 요청해 주세요.",
        "en": "Nobody is registered with this account. Ask an administrator.",
    },
    "no_role": {
        "ko": "이 회사 계정에는 상담 화면을 쓸 권한이 없습니다. 관리자에게 문의해 주세요.",
        "en": "This account has no right to use the desk. Ask an administrator.",
    },
}


class LoginFault(Exception):
    """The company's login let nobody in. ``fault`` is for the page, the message for the log and the audit trail."""

    def __init__(self, fault: Fault, why: str) -> None:
        super().__init__(why)
        self.fault: Fault = fault
