"""The chat model that comes with the product: it invents nothing, for it speaks the best entry's own words."""

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from voicebot.dialogue.answer.listening import ANSWER_CHARACTERS, Cut, cut
from voicebot.dialogue.answer.prompt import UNKNOWN, read_answers

REST = "rest"
"""Where the metadata of a response keep what was too long to be said at once."""


class ExtractiveChatModel(BaseChatModel):
    """Answers a prompt of ``prompt.template`` with the first entry's answer, laid out to be heard.

    A response holds whole sentences, as many as an ear can hold; what is left is its ``response_metadata["rest"]``.
    Streamed, each sentence is a chunk. Where the prompt holds no entry the answer is ``prompt.UNKNOWN``.
    """

    answer_characters: int = ANSWER_CHARACTERS

    @property
    def _llm_type(self) -> str:
        return "extractive"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        answer = self._answer(messages)
        message = AIMessage(content=" ".join(answer.said), response_metadata={REST: answer.rest})
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        answer = self._answer(messages)
        last = len(answer.said) - 1
        for number, sentence in enumerate(answer.said):
            yield _chunk(sentence + (" " if number < last else ""), answer.rest if number == last else "")

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        # not through a thread, as the default would: it is done sooner than a thread is found
        for chunk in self._stream(messages, stop):
            yield chunk

    def _answer(self, messages: Sequence[BaseMessage]) -> Cut:
        prompt = messages[-1].text if messages else ""
        answers = [answer for answer in read_answers(prompt) if answer]
        return cut(answers[0], self.answer_characters) if answers else Cut((UNKNOWN,), "")


def _chunk(text: str, rest: str) -> ChatGenerationChunk:
    metadata = {REST: rest} if rest else {}
    return ChatGenerationChunk(message=AIMessageChunk(content=text, response_metadata=metadata))
