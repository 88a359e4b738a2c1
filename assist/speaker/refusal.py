"""Why a voice was not judged, or not enrolled."""

from typing import Literal

Reason = Literal[
    "too_little_speech", "two_voices", "not_speech", "another_voice", "another_model", "no_consent", "is_full"
]


class Refused(ValueError):
    """Nothing was found out, and nothing was kept; the message is one line with the way on."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason: Reason = reason
