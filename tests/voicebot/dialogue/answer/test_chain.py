import asyncio

from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from voicebot.dialogue.answer import open_answers
from voicebot.dialogue.answer.chain import answering


class Found(BaseRetriever):
    documents: list[Document]

    def _get_relevant_documents(self, query, *, run_manager):
        return self.documents


def chain(*documents):
    return answering(open_answers(), Found(documents=list(documents)))


DOCUMENT = Document(
    page_content="3,000원입니다. 50,000원 이상은 무료입니다.",
    metadata={"id": "N017", "question": "배송비는?", "confidence": 0.9},
)


def test_a_question_in_an_answer_out():
    assert asyncio.run(chain(DOCUMENT).ainvoke("배송비 얼마예요?")) == DOCUMENT.page_content


def test_it_streams():
    async def read():
        return [part async for part in chain(DOCUMENT).astream("배송비 얼마예요?")]

    assert asyncio.run(read()) == ["3,000원입니다.", " 50,000원 이상은 무료입니다."]


def test_nothing_found():
    async def read():
        return [part async for part in chain().astream("배송비 얼마예요?")]

    assert asyncio.run(read()) == []
