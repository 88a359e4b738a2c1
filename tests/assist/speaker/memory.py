"""Voiceprints without a database."""

from __future__ import annotations

from datetime import UTC, datetime

from assist.speaker.voiceprint import Voiceprint

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class MemoryVoiceprints:
    def __init__(self, *agreed: str) -> None:
        self.consents = dict.fromkeys(agreed, NOON)
        self.kept: dict[str, Voiceprint] = {}

    def consented_at(self, customer: str) -> datetime | None:
        return self.consents.get(customer)

    def find(self, customer: str) -> Voiceprint | None:
        return self.kept.get(customer)

    def give_consent(self, customer: str, at: datetime) -> None:
        self.consents.setdefault(customer, at)

    def keep(self, voiceprint: Voiceprint) -> bool:
        if voiceprint.customer not in self.consents:
            return False
        self.kept[voiceprint.customer] = voiceprint
        return True

    def forget(self, customer: str) -> bool:
        known = self.consents.pop(customer, None)
        self.kept.pop(customer, None)
        return known is not None
