import asyncio

import pytest

from voicebot.dialogue.answer.chat import AnswersUnavailable, open_chat
from voicebot.dialogue.answer.endpoint import Endpoint


def ask(model):
    async def read():
        return "".join([chunk.text async for chunk in model.astream("안녕")])

    return asyncio.run(read())


def test_what_is_asked_and_with_which_key(models, monkeypatch):
    monkeypatch.setenv("OUR_KEY", "secret-7")
    monkeypatch.setenv("OPENAI_API_KEY", "another")
    ask(open_chat(Endpoint(url=models.url, model="good", key_from="OUR_KEY", most_tokens=99)))
    seen = models.seen()
    assert seen["keys"] == ["Bearer secret-7"]
    request = seen["requests"][0]
    assert (request["temperature"], request["stream"], request["max_completion_tokens"]) == (0, True, 99)


def test_a_server_of_ones_own_gets_no_key_of_the_environment(models, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "another")
    ask(open_chat(Endpoint(url=models.url, model="good")))
    assert models.seen()["keys"] == ["Bearer none"]


@pytest.mark.parametrize("value", [None, ""])
def test_a_key_that_is_not_there_is_said_at_once(monkeypatch, value):
    monkeypatch.delenv("OUR_KEY", raising=False)
    if value is not None:
        monkeypatch.setenv("OUR_KEY", value)
    with pytest.raises(AnswersUnavailable, match=r'no key for http://a\.kr/v1 in the variable "OUR_KEY": set it'):
        open_chat(Endpoint(url="http://a.kr/v1", model="m", key_from="OUR_KEY"))


@pytest.mark.parametrize("model", ["500", "429"])
def test_it_never_tries_twice(models, model):
    with pytest.raises(Exception, match=model):
        ask(open_chat(Endpoint(url=models.url, model=model)))
    assert len(models.seen()["requests"]) == 1


def test_no_more_is_read_than_an_answer_can_be(models):
    with pytest.raises(Exception) as failure:
        ask(open_chat(Endpoint(url=models.url, model="huge-line")))
    reason = failure.value
    while reason.__cause__:
        reason = reason.__cause__
    assert str(reason) == "the answer is longer than 524,288 bytes"
