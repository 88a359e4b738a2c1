"""Replies in a chat model's words, checked as the bot's are: what the entries do not say is not said."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Collection, Sequence
from concurrent.futures import Future
from contextlib import aclosing

from langchain_core.language_models.chat_models import BaseChatModel

from assist.private import masked
from voicebot.dialogue.answer.answers import Answers
from voicebot.dialogue.answer.clause import Hit
from voicebot.dialogue.answer.prompt import Exchange

log = logging.getLogger(__name__)

AT_ONCE = 8
"""Replies that are being worded; while there are so many, further ones stay in the entry's own words."""


class Wording:
    """One for all calls of a process; its loop runs on a thread of its own, because helpers must not wait."""

    def __init__(self, model: BaseChatModel, *, within_ms: int, characters: int) -> None:
        self._answers = Answers(model, first_clause_ms=within_ms, whole_ms=within_ms, answer_characters=characters)
        self._free = threading.BoundedSemaphore(AT_ONCE)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="wording", daemon=True)
        self._thread.start()

    def begin(self, question: str, hits: Sequence[Hit], said: Sequence[Exchange]) -> Future[str]:
        """The reply, when there is one: empty where the model is too slow, is down, or says what is not so.

        Cancelling it leaves the model alone. Private numbers and abuse are masked before the model sees them.
        """
        question, said = masked(question), [(masked(asked), masked(answered)) for asked, answered in said]
        if not self._free.acquire(blocking=False):
            log.warning("%d replies are being worded: this one stays in the entry's own words", AT_ONCE)
            nothing: Future[str] = Future()
            nothing.set_result("")
            return nothing
        asked = asyncio.run_coroutine_threadsafe(self._worded(question, hits, said), self._loop)
        asked.add_done_callback(lambda _: self._free.release())
        return asked

    def close(self) -> None:
        """What is being worded is not finished any more."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.run_until_complete(_give_up(asyncio.all_tasks(self._loop)))
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    async def _worded(self, question: str, hits: Sequence[Hit], said: Sequence[Exchange]) -> str:
        faults: list[str] = []
        clauses: list[str] = []
        stream = self._answers.stream(question, hits, said, lambda what, cured_by: faults.append(what))
        async with aclosing(stream):
            async for clause in stream:
                clauses.append(clause.text)
        if faults:
            log.info("the reply stays in the entry's own words: %s", faults[0])
            return ""
        return " ".join(clauses)


async def _give_up(tasks: Collection[asyncio.Task[object]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
