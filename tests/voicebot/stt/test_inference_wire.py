import pytest

from voicebot.stt import inference_wire as wire
from voicebot.stt.inference_wire import FROM_CLIENTS, FROM_PROCESS, Done, Garbage, Kind, Message, Unpacker, Welcome
from voicebot.stt.recognizer import Final, Partial, Word

FINAL = Final("네 맞아요", (Word("네", 0, 120, 0.91), Word("맞아요", 200, 640, 1.0)), "whisper:small")


def test_messages_arrive_as_they_were_sent_however_they_are_cut() -> None:
    sent = [Message(Kind.SOUND, 7, b"\x01\x02" * 300), Message(Kind.FINISH, 7), Message(Kind.DROP, 4_000_000_000)]
    stream = b"".join(message.packed() for message in sent)
    for step in (1, 5, 9, 100, len(stream)):
        unpacker = Unpacker(FROM_CLIENTS)
        cuts = range(0, len(stream), step)
        assert [message for cut in cuts for message in unpacker.feed(stream[cut : cut + step])] == sent


def test_results_keep_their_meaning() -> None:
    whole = wire.packed_partial(3, Partial("네 맞", 2)) + wire.packed_final(3, FINAL) + Done(12, 5).packed()
    partial, final, done = Unpacker(FROM_PROCESS).feed(whole)
    assert wire.partial_of(partial.payload) == Partial("네 맞", 2)
    assert wire.final_of(final.payload) == FINAL
    assert wire.done_of(done.payload) == Done(12, 5)
    (welcome,) = Unpacker(FROM_PROCESS).feed(wire.packed_welcome(Welcome("bundled", 8_000)))
    assert wire.welcome_of(welcome.payload) == Welcome("bundled", 8_000)


@pytest.mark.parametrize(
    "data",
    [b"GET / HTTP/1.1\r\n\r\n", bytes(9), b"\xff" * 9, Message(Kind.FINAL).packed(), b"\x05" + b"\0" * 4 + b"\xff" * 4],
)
def test_what_no_client_says_is_garbage(data: bytes) -> None:
    with pytest.raises(Garbage):
        Unpacker(FROM_CLIENTS).feed(data)


@pytest.mark.parametrize(
    "payload",
    [
        *(b"", b"{", b"null", b"[]", b'{"spoken": 3, "stable_chars": 0}', b'{"spoken": "\xb3\xd7", "stable_chars": 0}'),
        *(b'{"spoken": "a", "stable_chars": 2}', b'{"spoken": "a", "stable_chars": -1}'),
    ],
)
def test_a_partial_that_is_none_is_garbage(payload: bytes) -> None:
    with pytest.raises(Garbage):
        wire.partial_of(payload)


def test_other_results_that_are_none_are_garbage() -> None:
    with pytest.raises(Garbage):
        wire.final_of(b'{"spoken": "a", "words": [{"text": "a"}], "engine": "b"}')
    with pytest.raises(Garbage):
        wire.done_of(b"123")
    with pytest.raises(Garbage):
        wire.welcome_of(b'{"name": "bundled"}')
