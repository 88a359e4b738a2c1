"""Calls as they are logged, of any length and at any time."""

import random
from datetime import UTC, datetime

from voicebot.events import (
    AnswerChosen,
    BotFinished,
    BotInterrupted,
    BotStarted,
    CallEnded,
    CallStarted,
    Event,
    Fault,
    HandoffRequested,
    Latency,
    Logged,
    SlotFilled,
    SpeechEnded,
    SpeechStarted,
    TranscriptFinal,
    TranscriptPartial,
    TurnEnded,
)

NOON = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
"""Noon in Seoul."""

_ASKED = (
    ("배송 언제 와요", "배송 언제 와요"),
    ("주문 번호는 이천이십육에 십일이요", "주문번호는 2026에 11이요"),
    ("삼만 오천 원 환불해 주세요", "35,000원 환불해 주세요"),
    ("공일공 일이삼사 오육칠팔입니다", "010-1234-5678입니다"),
    ("서울시 강남구 테헤란로로 바꿔 주세요", "서울시 강남구 테헤란로로 바꿔 주세요"),
)
_ANSWERED = (
    "주문하신 상품은 내일 도착할 예정입니다.",
    "네, 주문번호 확인했습니다. 환불을 원하시는 이유를 말씀해 주시겠어요?",
    "환불은 영업일 기준 3일 안에 처리됩니다. 더 도와드릴 일이 있을까요?",
)


def call_id_at(moment: datetime, number: int = 0) -> str:
    """A UUIDv7 of this millisecond; of the same one a higher ``number`` sorts later."""
    digits = f"{int(moment.timestamp() * 1000):012x}"
    return f"{digits[:8]}-{digits[8:]}-7000-8000-{number:012x}"


def logged(call_id: str, *events: Event, start: int = 0) -> list[Logged]:
    """One after another, 100 ms apart."""
    return [Logged(call_id, seq, 100 * seq, event) for seq, event in enumerate(events, start)]


def started(caller: str = "01012345678", scenario: str = "nuri") -> CallStarted:
    return CallStarted("in", "sip", caller, "15881234", scenario)


def ended(duration_ms: int = 60_000, reason: str = "done") -> CallEnded:
    return CallEnded("caller", reason, duration_ms)


def said(turn: int, written: str, spoken: str | None = None) -> TurnEnded:
    return TurnEnded(turn, written if spoken is None else spoken, written, 240, "ending")


def took(turn: int, ms: int) -> Latency:
    return Latency(turn, 120, 20, 30, 60, ms)


def whole_call(call_id: str, turn_count: int = 10, partials: int = 0, seed: int = 0) -> list[Logged]:
    """About nine events a turn that are kept, as a call of the sample company logs them, and ``partials`` more."""
    chance = random.Random(f"{call_id} {seed}")
    events: list[Event] = [started(f"010{chance.randrange(10**8):08d}"), BotStarted(0, "누리몰입니다.", 90)]
    events.append(BotFinished(0, "누리몰입니다."))
    for turn in range(1, turn_count + 1):
        spoken, written = chance.choice(_ASKED)
        answer = chance.choice(_ANSWERED)
        words = tuple(
            {"text": word, "start_ms": 300 * at, "end_ms": 300 * at + 280, "confidence": 0.93}
            for at, word in enumerate(spoken.split())
        )
        events.append(SpeechStarted("caller"))
        events += [TranscriptPartial("caller", turn, spoken[: at + 1], written[: at + 1], at) for at in range(partials)]
        events += [SpeechEnded("caller"), TranscriptFinal("caller", turn, spoken, written, words, "bundled")]
        events += [said(turn, written, spoken), SlotFilled("order", "2026-11", written, spoken, 0.9)]
        events += [
            AnswerChosen(turn, "faq", ({"id": "refund-3", "score": 0.83},), answer, 21),
            BotStarted(turn, answer, 61),
        ]
        events.append(took(turn, chance.randrange(180, 420)))
        cut_in = chance.random() < 0.2
        events.append(BotInterrupted(turn, answer, answer[:9]) if cut_in else BotFinished(turn, answer))
    events += [Fault("ear", "recognizer died", "another one"), HandoffRequested("asked", "refund", "환불 문의")]
    events.append(ended(6_000 * turn_count))
    return logged(call_id, *events)
