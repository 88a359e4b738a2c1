import pytest

from voicebot.events import (
    AnswerChosen,
    BotFinished,
    BotInterrupted,
    BotStarted,
    Dtmf,
    FlowEntered,
    TranscriptFinal,
    TranscriptPartial,
    TurnEnded,
)
from voicebot.off_record import off_record

WORD = {"text": "일이삼사요", "start_ms": 10, "end_ms": 900, "confidence": 0.9}


@pytest.mark.parametrize(
    ("event", "kept"),
    [
        (Dtmf("7"), Dtmf("*")),
        (
            TranscriptPartial("caller", 2, "일이삼 사요", "123 4요", 3),
            TranscriptPartial("caller", 2, "*** **", "*** **", 3),
        ),
        (
            TranscriptFinal("caller", 2, "일이삼사요", "1234요", (WORD,), "bundled"),
            TranscriptFinal("caller", 2, "*****", "*****", (WORD | {"text": "*****"},), "bundled"),
        ),
        (TurnEnded(2, "일이삼사요", "1234요", 200, "complete"), TurnEnded(2, "*****", "*****", 200, "complete")),
        (BotStarted(2, "카드 번호 1234가 맞으세요?", 30), BotStarted(2, "카드 번호 ****가 맞으세요?", 30)),
        (BotFinished(2, "1234번이요."), BotFinished(2, "****번이요.")),
        (BotInterrupted(2, "1234번이요.", "12"), BotInterrupted(2, "****번이요.", "**")),
        (AnswerChosen(2, "flow", (), "1234번이요.", 5), AnswerChosen(2, "flow", (), "****번이요.", 5)),
        (FlowEntered("결제", "ask 카드"), FlowEntered("결제", "ask 카드")),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_log_keeps_that_something_was_said_and_not_what(event, kept):
    assert off_record(event) == kept
