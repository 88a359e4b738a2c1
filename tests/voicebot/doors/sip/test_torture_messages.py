"""What the endpoint does about each message of RFC 4475: one test each, which ``aicc`` counts for its figures.

Any other test in here would be counted as one more message.
"""

from __future__ import annotations

import logging

import pytest

from tests.fakes.sip import ANSWER, Stage
from tests.voicebot.doors.sip.torture import TORTURES, Torture
from voicebot.doors.sip.message import Request, Response

# what an answer has to name (RFC 3261 21.4.6, 21.4.13, 21.4.15, and RFC 4475 3.1.1.2)
NAMES = {405: "Allow", 415: "Accept", 420: "Unsupported", 501: "Allow"}

LONGEST_S = 70  # 32 s for an ACK that does not come, 32 s for the answer to the BYE that follows


@pytest.mark.parametrize("torture", TORTURES, ids=lambda torture: torture.name)
def test_a_torture_message_is_answered_as_rfc_4475_says(torture: Torture, caplog: pytest.LogCaptureFixture) -> None:
    stage = Stage()
    stage.desk.when_invited = lambda leg: leg.accept(ANSWER)
    phone = stage.side()
    is_call = torture.answer == 200 and torture.data.startswith(b"INVITE")
    expected = [] if torture.answer is None else [torture.answer]

    phone.say_bytes(torture.data)
    assert phone.words == expected
    assert len(stage.desk.legs) == is_call
    for _, answer in phone.heard:
        assert isinstance(answer, Response)
        assert answer.code not in NAMES or NAMES[answer.code] in answer.headers

    stage.pass_s(LONGEST_S, step_ms=500)
    assert set(phone.words) == set(expected)  # more than once where an ACK is waited for
    sent_on = {it.method for it, _ in stage.lost_to_nowhere if isinstance(it, Request)}
    assert sent_on == ({"BYE"} if is_call else set())
    assert not [it.getMessage() for it in caplog.records if it.levelno >= logging.ERROR]
    assert not stage.agent.legs
    assert stage.agent.transactions.count == 0
    stage.close()
