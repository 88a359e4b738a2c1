"""The last link of the chain: what a chat model streams, as whole sentences."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from langchain_core.messages import BaseMessage
from langchain_core.runnables import Runnable, RunnableGenerator

from voicebot.dialogue.answer.extractive import REST
from voicebot.dialogue.answer.sentences import Splitter


@dataclass(frozen=True, slots=True)
class Sentence:
    """``rest`` is what the model left unsaid, as the extractive one tells it with its last sentence."""

    text: str
    rest: str = ""


async def _parse(messages: AsyncIterator[BaseMessage]) -> AsyncIterator[Sentence]:
    splitter = Splitter()
    async for message in messages:
        rest = str(message.response_metadata.get(REST, ""))
        for text in splitter.feed(message.text):
            yield Sentence(text, rest)
    for text in splitter.finish():
        yield Sentence(text, rest)


def sentence_parser() -> Runnable[BaseMessage, Sentence]:
    """For ``prompt | model | sentence_parser()``; each sentence comes as soon as it is whole."""
    return RunnableGenerator(_parse)
