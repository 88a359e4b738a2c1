"""Replies in a model's words, and models that are slow, down, or say what is not so."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import Field

from assist.suggest.suggestions import Suggestions, knowledge_of
from assist.suggest.wording import AT_ONCE, Wording
from kb.embedding.bundled import BundledEmbedding
from kb.entry import Entry
from kb.index import Hit
from tests.assist.suggest.conftest import Call
from voicebot.events import CallEnded

ENTRY = Entry(
    "N017",
    "배송비는 얼마인가요?",
    "50,000원 이상 사시면 배송비가 없고, 그보다 적으면 3,000원입니다. 쿠폰과 적립금을 뺀 실제 결제 금액이 기준입니다.",
)
HITS = [Hit(ENTRY, 0.9, "")]
QUESTION = "택배비가 얼마예요"


class Model(BaseChatModel):
    """Says ``answer``; fails, or waits until ``released``."""

    answer: str = "배송비는 50,000원 이상 사시면 없고, 그보다 적으면 3,000원입니다."
    is_down: bool = False
    released: Any = None
    asked: list[list[BaseMessage]] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "fake"

    def _generate(self, *_: Any, **__: Any) -> ChatResult:
        raise NotImplementedError

    async def _astream(self, messages: list[BaseMessage], *_: Any, **__: Any) -> AsyncIterator[ChatGenerationChunk]:
        self.asked.append(messages)
        if self.is_down:
            raise ConnectionError("nobody listens")
        while self.released is not None and not self.released.is_set():
            await asyncio.sleep(0.001)
        yield ChatGenerationChunk(message=AIMessageChunk(content=self.answer))


@pytest.fixture
def worded() -> Iterator[Any]:
    opened: list[Wording] = []

    def open_wording(model: BaseChatModel, within_ms: int = 20_000) -> Wording:
        opened.append(Wording(model, within_ms=within_ms, characters=150))
        return opened[-1]

    yield open_wording
    for one in opened:
        one.close()


def test_what_the_entries_say_is_said(worded):
    model = Model()
    assert worded(model).begin(QUESTION, HITS, ()).result(20) == model.answer


@pytest.mark.parametrize(
    "model",
    [
        Model(answer="배송비는 7,700원입니다."),
        Model(answer="50,000원 이상 사시면 배송비가 없습니다. 오늘 주문하시면 100,000원을 돌려드립니다."),
        Model(answer="쿠폰과 적립금을 뺀 실제 결제 금액이 기준이 아닙니다."),
        Model(answer=""),
        Model(is_down=True),
    ],
    ids=["amount", "second amount", "contradiction", "empty", "down"],
)
def test_inventions_and_failures_are_no_reply(worded, model):
    assert worded(model).begin(QUESTION, HITS, ()).result(20) == ""


def test_a_model_is_not_waited_for_longer_than_the_rule_says(worded):
    model = Model(released=threading.Event())
    assert worded(model, within_ms=200).begin(QUESTION, HITS, ()).result(20) == ""


def test_only_so_many_are_worded_at_once(worded):
    released = threading.Event()
    wording = worded(Model(released=released))
    waiting = [wording.begin(QUESTION, HITS, ()) for _ in range(AT_ONCE)]
    assert wording.begin(QUESTION, HITS, ()).result(0) == ""
    released.set()
    assert all(one.result(20) for one in waiting)
    assert wording.begin(QUESTION, HITS, ()).result(20)


def test_a_cancelled_one_makes_room(worded):
    released = threading.Event()
    wording = worded(Model(released=released))
    for one in [wording.begin(QUESTION, HITS, ()) for _ in range(AT_ONCE)]:
        one.cancel()
    released.set()
    assert wording.begin(QUESTION, HITS, ()).result(20)


# ---- in a call


@pytest.fixture
def with_model(plain: Suggestions, worded: Any) -> Any:
    """A call of the sample company with a model."""

    def opened(model: BaseChatModel, within_ms: int = 20_000) -> Call:
        call = Call(plain)
        call.helper._wording = worded(model, within_ms)
        return call

    return opened


def finished(call: Call) -> None:
    """Waits for what is being worded."""
    if call.helper._worded:
        call.helper._worded[0].exception(20)


def test_the_extractive_reply_goes_out_at_once_and_the_worded_one_follows(with_model):
    model = Model()
    call = with_model(model)
    (first,) = call.final(QUESTION)
    assert first.reply == ENTRY.answer
    finished(call)
    (second,) = call.helper.tick(1_000)
    assert second.reply == model.answer
    assert (second.turn, second.items) == (first.turn, first.items)
    assert call.helper.tick(2_000) == []


@pytest.mark.parametrize(
    "model", [Model(answer="배송비는 7,700원입니다."), Model(is_down=True)], ids=["amount", "down"]
)
def test_an_invented_amount_never_comes(with_model, model):
    call = with_model(model)
    (event,) = call.final(QUESTION)
    finished(call)
    assert call.helper.tick(1_000) == [] and event.reply == ENTRY.answer


def test_partials_are_never_worded(with_model):
    model = Model()
    call = with_model(model)
    assert call.partial("택배비가 얼마")
    assert call.helper._worded is None and model.asked == []


def test_a_reply_to_what_is_not_asked_any_more_is_thrown_away(with_model):
    released = threading.Event()
    call = with_model(Model(released=released))
    call.final(QUESTION)
    old, _ = call.helper._worded
    call.partial("정기배송 해지하고")
    assert old.cancelled() and call.helper.tick(1_000) == []


def test_a_call_that_has_ended_waits_for_nothing(with_model):
    call = with_model(Model(released=threading.Event()))
    call.final(QUESTION)
    assert call.tell(CallEnded("caller", "hung_up", 1_000)) == []
    assert call.helper.tick(1_000) == []


def test_the_model_knows_what_was_said_before(with_model):
    model = Model()
    call = with_model(model)
    call.final(QUESTION)
    finished(call)
    call.agent("50,000원부터 무료입니다")
    call.final("제주도는요")
    finished(call)
    told = "\n".join(str(message.content) for message in model.asked[-1])
    assert QUESTION in told and "50,000원부터 무료입니다" in told


def test_replies_are_worded_where_a_model_is_given(loaded, sample_rules):
    suggestions = Suggestions(loaded, knowledge_of(loaded), BundledEmbedding.load(), sample_rules, Model())
    try:
        call = Call(suggestions)
        call.final(QUESTION)
        finished(call)
        assert [event.reply for event in call.helper.tick(1_000)] == [Model().answer]
    finally:
        suggestions.close()


def test_the_model_sees_no_private_number(worded: Any) -> None:
    model = Model()
    said = [("카드번호는 4518 2201 3345 6789예요", "네, 확인했습니다.")]
    worded(model).begin("4518220133456789로 결제한 택배비가 얼마예요", HITS, said).result(20)
    [messages] = model.asked
    prompt = "".join(str(message.content) for message in messages)
    assert "4518" not in prompt and "6789" not in prompt and "택배비" in prompt
