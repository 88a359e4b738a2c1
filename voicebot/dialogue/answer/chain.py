"""Answers as a LangChain runnable, for those who bring their own retriever."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableGenerator

from kb.entry import Entry
from voicebot.dialogue.answer.answers import Answers


@dataclass(frozen=True, slots=True)
class _Retrieved:
    entry: Entry
    confidence: float


def answering(answers: Answers, retriever: BaseRetriever) -> Runnable[str, str]:
    """Question in, answer out, streamed sentence by sentence; empty where the retriever finds nothing.

    Documents hold an entry's answer, and in their metadata its ``id``, ``question`` and ``confidence``. Asynchronous
    only, as calls are.
    """

    async def answer(questions: AsyncIterator[str]) -> AsyncIterator[str]:
        question = "".join([part async for part in questions])
        hits = [_retrieved(document) for document in await retriever.ainvoke(question)]
        gap = ""
        async for clause in answers.stream(question, hits):
            yield gap + clause.text
            gap = " "

    return RunnableGenerator(answer)


def _retrieved(document: Document) -> _Retrieved:
    about = document.metadata
    entry = Entry(str(about["id"]), str(about["question"]), document.page_content)
    return _Retrieved(entry, float(about["confidence"]))
