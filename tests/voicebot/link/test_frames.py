"""Every message comes out of a frame as it went in; everything else is refused with a reason."""

import orjson
import pytest

from voicebot.events import AnswerChosen, CallStarted, Dtmf, Logged, TranscriptFinal
from voicebot.link import (
    Accepted,
    Close,
    Done,
    Drain,
    Events,
    Failed,
    Gone,
    HangUp,
    Leaving,
    Offer,
    Ping,
    Pong,
    Ready,
    Refused,
    Status,
)
from voicebot.link.frames import LARGEST_FRAME_BYTES, LENGTH_BYTES, FrameInvalid, decode, encode

STATUS = Status(3, 40, 1.5, 9_000, 2, 0.25, 31, 410.5)
LOGGED = (
    Logged("c", 0, 0, CallStarted("in", "wav", "01012345678", "15880000", "누리홈쇼핑")),
    Logged("c", 1, 20, TranscriptFinal("caller", 1, "네", "네", ({"text": "네", "confidence": 0.5},), "bundled")),
    Logged("c", 2, 40, AnswerChosen(1, "faq", ({"id": "faq-1", "score": 0.25},), "안내해 드릴게요.", 12)),
)


@pytest.mark.parametrize(
    "message",
    [
        Offer("c", "wav", "010", "1588", "out", "누리홈쇼핑", {"고객이름": "김누리"}),
        HangUp("c", "service", "hung_up"),
        Drain(12.5),
        Close(),
        Ping(),
        Accepted("c", "/run/media-1.sock", 16_000),
        Refused("full"),
        Done(False),
        Pong(STATUS),
        Failed("이런"),
        Ready(12, 40),
        Leaving(),
        Events(LOGGED),
        Gone("c"),
    ],
)
def test_there_and_back(message):
    frame = encode(message, 7)
    assert int.from_bytes(frame[:LENGTH_BYTES], "big") == len(frame) - LENGTH_BYTES
    assert decode(frame[LENGTH_BYTES:]) == (message, 7)


def test_odd_texts_do_not_hold_up_what_is_beside_them():
    events = Events((Logged("c", 0, 0, CallStarted("in", "wav", "\ud83d", "1588", "s")), Logged("c", 1, 0, Dtmf("1"))))
    assert decode(encode(events)[LENGTH_BYTES:]) == (events, None)


def test_an_event_of_a_newer_version_is_left_out():
    body = orjson.dumps(
        {
            "type": "events",
            "id": None,
            "batch": [LOGGED[0].as_json(), {"type": "danced", "call_id": "c", "seq": 1, "at_ms": 1}],
        }
    )
    assert decode(body) == (Events(LOGGED[:1]), None)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"GET / HTTP/1.1",
        b"[]",
        b"{}",
        b'{"type": "ping"}',
        b'{"type": "nonsense", "id": 1}',
        b'{"type": "ping", "id": "1"}',
        b'{"type": "gone", "id": null}',
        b'{"type": "gone", "id": null, "call_id": 7}',
        b'{"type": "hang_up", "id": 1, "call_id": "c", "by": "nobody", "reason": "x"}',
        b'{"type": "events", "id": null, "batch": [{"type": "dtmf", "call_id": "c"}]}',
        b'{"type": "events", "id": null, "batch": [7]}',
        b"\xff\xfe",
    ],
)
def test_what_is_no_message(body):
    with pytest.raises(FrameInvalid, match=f"a frame of {len(body)} bytes is no message of this version: "):
        decode(body)


def test_too_long_a_message_is_not_sent():
    with pytest.raises(ValueError, match="at most"):
        encode(Failed("x" * LARGEST_FRAME_BYTES))
