"""Chat models at any OpenAI-compatible endpoint: vLLM, Ollama, llama.cpp, a cloud."""

import os
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import httpx
from pydantic import SecretStr

from voicebot.dialogue.answer.endpoint import Endpoint

if TYPE_CHECKING:
    from langchain_core.language_models.chat_models import BaseChatModel

LARGEST_ANSWER_BYTES = 1 << 19
"""Of one response with all its framing, some 500 bytes a token; more is no answer, and costs other calls their time."""

CONNECT_S = 0.5


class AnswersUnavailable(RuntimeError):
    """The chosen model cannot be asked; the message says what is missing."""


class AnswerTooLarge(httpx.TransportError):
    """A response that is far longer than any answer."""


def open_chat(endpoint: Endpoint) -> "BaseChatModel":
    """The model of ``endpoint``, not asked yet; raises :class:`AnswersUnavailable`.

    It never retries: whoever waits is a caller, and the extractive answer is there. Responses are read up to
    ``LARGEST_ANSWER_BYTES``.
    """
    from langchain_openai import ChatOpenAI

    return ChatOpenAI(
        base_url=endpoint.url,
        model=endpoint.model,
        api_key=SecretStr(_key(endpoint)),
        temperature=0,
        max_tokens=endpoint.most_tokens,  # type: ignore[call-arg]  # an alias, and what such servers call it
        max_retries=0,
        stream_usage=False,
        use_responses_api=False,
        # the limits that count are the caller's: answers.py keeps them
        timeout=endpoint.whole_ms / 1000,
        stream_chunk_timeout=None,
        http_async_client=httpx.AsyncClient(
            timeout=httpx.Timeout(endpoint.whole_ms / 1000, connect=CONNECT_S),
            event_hooks={"response": [_bound]},
        ),
    )


def _key(endpoint: Endpoint) -> str:
    if endpoint.key_from is None:
        return "none"  # servers of one's own want none, the client wants one
    key = os.environ.get(endpoint.key_from, "")
    if not key:
        raise AnswersUnavailable(
            f'no key for {endpoint.url} in the variable "{endpoint.key_from}": set it, or leave key_from out'
        )
    return key


class _Bounded(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        async for part in self._stream:
            read += len(part)
            if read > LARGEST_ANSWER_BYTES:
                raise AnswerTooLarge(f"the answer is longer than {LARGEST_ANSWER_BYTES:,} bytes")
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _bound(response: httpx.Response) -> None:
    if isinstance(response.stream, httpx.AsyncByteStream):
        response.stream = _Bounded(response.stream)
