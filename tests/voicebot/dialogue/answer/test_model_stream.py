import asyncio

import pytest
from langchain_core.runnables import RunnableGenerator

from voicebot.dialogue.answer.model_stream import ModelFailed, Patience, sentences_in_time
from voicebot.dialogue.answer.sentence_parser import Sentence

CLOSED: list[str] = []


def chain(*steps):
    """Sentences, exceptions to raise, and None for silence without end."""

    async def run(questions):
        try:
            for step in steps:
                if step is None:
                    await asyncio.Event().wait()
                elif isinstance(step, Exception):
                    raise step
                else:
                    yield Sentence(step)
        finally:
            CLOSED.append("closed")

    return RunnableGenerator(run)


def read(*steps, first_ms=50, whole_ms=100, extends=True):
    async def run():
        CLOSED.clear()
        patience, heard = Patience(first_ms, whole_ms), []
        try:
            async for sentence in sentences_in_time(chain(*steps), "?", patience):
                heard.append(sentence)
                if extends:
                    patience.first_was_said()
        except ModelFailed as failure:
            return heard, str(failure), failure.is_down
        return heard, None, None

    result = asyncio.run(run())
    assert CLOSED == ["closed"]
    return result


def test_all_in_time():
    assert read("하나.", "둘.") == (["하나.", "둘."], None, None)


def test_silence():
    assert read(None) == ([], "the model said nothing within 50 ms", True)
    assert read("하나.", None) == (["하나."], "the model went silent within 100 ms", True)


def test_what_is_not_said_does_not_buy_time():
    assert read("네.", None, extends=False) == (["네."], "the model went silent within 50 ms", True)


def test_nothing_at_all():
    assert read() == ([], "the model gave an empty answer", True)


def test_errors_of_any_client():
    class Refused(Exception):
        status_code = 429

    assert read(Refused("slow\ndown")) == ([], "the model answered 429: slow down", True)
    wrapped = RuntimeError("connection error")
    wrapped.__cause__ = ConnectionRefusedError("refused")
    assert read("하나.", wrapped) == (["하나."], "the model broke down: ConnectionRefusedError: refused", True)
    assert len(read(ValueError("x" * 10_000))[1]) < 200


def test_who_waits_can_be_cancelled():
    async def run():
        CLOSED.clear()
        waiting = asyncio.ensure_future(anext(sentences_in_time(chain(None), "?", Patience(60_000, 60_000))))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(run())
