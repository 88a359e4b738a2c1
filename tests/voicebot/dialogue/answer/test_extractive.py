import asyncio
import statistics

from langchain_core.messages import HumanMessage

from kb.entry import Entry
from tests.timing import timed
from voicebot.dialogue.answer.extractive import REST, ExtractiveChatModel
from voicebot.dialogue.answer.prompt import UNKNOWN, template, variables

LONG = Entry("N1", "반품은?", "7일 안에 됩니다. 방송 상품은 30일입니다. 불량은 3개월까지 됩니다.")
OTHER = Entry("N2", "교환은?", "교환은 됩니다.")


def test_it_speaks_the_first_entry_and_keeps_the_rest():
    chain = template() | ExtractiveChatModel(answer_characters=30)
    message = chain.invoke(variables("반품 돼요?", [LONG, OTHER]))
    assert message.text == "7일 안에 됩니다. 방송 상품은 30일입니다."
    assert message.response_metadata[REST] == "불량은 3개월까지 됩니다."


def test_streamed_it_gives_a_sentence_at_a_time():
    async def read():
        chain = template() | ExtractiveChatModel(answer_characters=30)
        return [chunk async for chunk in chain.astream(variables("반품 돼요?", [LONG]))]

    chunks = [chunk for chunk in asyncio.run(read()) if chunk.text]
    assert [chunk.text for chunk in chunks] == ["7일 안에 됩니다. ", "방송 상품은 30일입니다."]
    assert [chunk.response_metadata.get(REST) for chunk in chunks] == [None, "불량은 3개월까지 됩니다."]


def test_without_entries_it_knows_nothing():
    model = ExtractiveChatModel()
    assert model.invoke(template().invoke(variables("반품 돼요?", []))).text == UNKNOWN
    assert model.invoke([HumanMessage("안녕")]).text == UNKNOWN


def test_the_chain_costs_no_caller_anything(monkeypatch):
    def handed_over(*_):
        raise AssertionError("work in another thread, where it would not be timed")

    async def once(chain):
        with timed() as spent:
            async for _ in chain.astream(variables("반품 돼요?", [LONG, OTHER])):
                pass
        return spent.s * 1000

    async def many():
        chain = template() | ExtractiveChatModel()
        return [await once(chain) for _ in range(100)]

    monkeypatch.setattr("asyncio.base_events.BaseEventLoop.run_in_executor", handed_over)
    median_ms = statistics.median(asyncio.run(many()))
    print(f"the extractive chain: {median_ms:.2f} ms an answer")
    assert median_ms < 3
