from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.voicebot.doors.sip.test_reading import INVITE, changed
from voicebot.doors.sip.framing import PING, Framing, StreamBroken

STREAM = INVITE + PING + INVITE.replace(b"\r\n\r\nv=0", b"\n\nv=0") + b"\r\n" + INVITE


def taken(framing: Framing) -> list[bytes]:
    messages = []
    while (message := framing.take()) is not None:
        messages.append(message)
    return messages


@given(st.lists(st.integers(0, len(STREAM)), max_size=30))
def test_messages_come_out_whole_however_the_stream_is_cut(cuts: list[int]) -> None:
    framing, messages = Framing(), []
    bounds = [0, *sorted(cuts), len(STREAM)]
    for start, end in pairwise(bounds):
        framing.feed(STREAM[start:end])
        messages += taken(framing)
    assert [message for message in messages if message != PING] == [
        *(INVITE, INVITE.replace(b"\r\n\r\nv=0", b"\n\nv=0"), INVITE)
    ]
    assert messages.count(PING) == 1
    assert not framing.is_in_message


def test_a_begun_message_is_told_from_none() -> None:
    framing = Framing()
    framing.feed(b"\r\n")
    assert taken(framing) == []
    assert not framing.is_in_message
    framing.feed(INVITE[:20])
    assert taken(framing) == []
    assert framing.is_in_message


@pytest.mark.parametrize("header", [b"l : 5", b"CONTENT-LENGTH:\t5 ", b"Content-Length:\r\n 5"])
def test_content_length_is_found_in_all_its_forms(header: bytes) -> None:
    framing = Framing()
    framing.feed(INVITE.replace(b"Content-Length: 5", header) + b"INVITE")
    assert len(taken(framing)) == 1
    assert framing.is_in_message


@pytest.mark.parametrize(
    ("before", "after", "code", "reason"),
    [
        ("Content-Length: 5\r\n", "", 400, "Missing Content-Length"),
        ("Content-Length: 5", "Content-Length: -5", 400, "Missing Content-Length"),
        ("Content-Length: 5", "Content-Length: 5 5", 400, "Missing Content-Length"),
        ("Content-Length: 5", "Content-Length: 5\r\nl: 5", 400, "More Than One Content-Length"),
        ("Content-Length: 5", "Content-Length: 70000", 513, "Message Too Large"),
        ("Content-Length: 5", f"Content-Length: {'9' * 5_000}", 513, "Message Too Large"),
        ("Max-Forwards", f"X: {'x' * 20_000}\r\nMax-Forwards", 513, "Message Too Large"),
    ],
)
def test_a_stream_without_a_next_message_is_broken_once(before: str, after: str, code: int, reason: str) -> None:
    framing = Framing()
    framing.feed(changed(before, after))
    with pytest.raises(StreamBroken) as caught:
        framing.take()
    assert (caught.value.code, caught.value.reason) == (code, reason)
    assert caught.value.head.startswith(b"INVITE")
    framing.feed(INVITE)
    assert framing.take() is None


def test_endless_line_ends_are_not_kept() -> None:
    framing = Framing()
    framing.feed(b"\n" * 100_000)
    assert taken(framing) == []
    framing.feed(INVITE)
    assert taken(framing) == [INVITE]
