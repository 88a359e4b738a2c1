"""An answer, sentence by sentence: from a chat model while it is quick and truthful, else in the entry's own words."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.runnables import Runnable

from voicebot.dialogue.answer.breaker import FAILURES, Breaker
from voicebot.dialogue.answer.clause import Clause, Hit, backing
from voicebot.dialogue.answer.extractive import ExtractiveChatModel
from voicebot.dialogue.answer.judge import Judge, repeats
from voicebot.dialogue.answer.listening import ANSWER_CHARACTERS, for_the_ear
from voicebot.dialogue.answer.model_stream import ModelFailed, Patience, sentences_in_time
from voicebot.dialogue.answer.prompt import MOST_ENTRIES, UNKNOWN, Exchange, template, variables
from voicebot.dialogue.answer.sentence_parser import Sentence, sentence_parser

FIRST_CLAUSE_MS = 900
WHOLE_MS = 6_000
TOLD_SHARE = 0.5
"""Of a sentence of which half was told already, the other half is not worth hearing the first again."""

Chain = Runnable[dict[str, object], Sentence]
"""``prompt | model | sentence_parser()``: what :func:`~voicebot.dialogue.answer.prompt.variables` gives, answered."""

OnFault = Callable[[str, str], None]
"""Called with what went wrong and what cured it, in words for the log."""


class Answers:
    """Answers for all calls of a process; calls share nothing but the breaker.

    Without a ``model`` all answers are extractive. With one, the first sentence has to be there ``first_clause_ms``
    after the question and the last after ``whole_ms``; whatever the model does wrong, the answer is finished from the
    best entry. A sentence is given out only once it is known to be grounded: nothing has to be taken back.
    """

    def __init__(
        self,
        model: BaseChatModel | None = None,
        *,
        first_clause_ms: int = FIRST_CLAUSE_MS,
        whole_ms: int = WHOLE_MS,
        answer_characters: int = ANSWER_CHARACTERS,
        breaker: Breaker | None = None,
    ) -> None:
        self._chain: Chain | None = template() | model | sentence_parser() if model else None
        self._extractive: Chain = (
            template() | ExtractiveChatModel(answer_characters=answer_characters) | sentence_parser()
        )
        self._first_clause_ms, self._whole_ms, self._characters = first_clause_ms, whole_ms, answer_characters
        self._breaker = breaker or Breaker()

    async def stream(
        self,
        question: str,
        hits: Sequence[Hit],
        said: Sequence[Exchange] = (),
        on_fault: OnFault = lambda what, cured_by: None,
    ) -> AsyncGenerator[Clause, None]:
        """The answer to ``question`` out of ``hits``, the best of which comes first; nothing where there are none.

        ``said`` is the same call so far: what was asked and what was answered, the last exchange last. Closing the
        iterator, or cancelling who waits for it, closes the connection to the model.
        """
        if not hits:
            return
        spoken: list[Clause] = []
        failure = None
        if self._chain is not None:
            try:
                async with aclosing(self._from_model(self._chain, question, hits[:MOST_ENTRIES], said)) as clauses:
                    async for clause in clauses:
                        spoken.append(clause)
                        yield clause
                return
            except ModelFailed as failed:
                failure = failed
        remainder = await self._from_entry(question, hits[0], spoken)
        if failure:
            on_fault(str(failure), "the entry's own words" if remainder else "what was said before")
        for clause in remainder:
            yield clause

    async def _from_model(
        self, chain: Chain, question: str, hits: Sequence[Hit], said: Sequence[Exchange]
    ) -> AsyncGenerator[Clause, None]:
        """Grounded clauses; raises :class:`ModelFailed` where the answer does not come to its end."""
        if self._breaker.is_open:
            raise ModelFailed(f"the model is left alone after {FAILURES} failures in a row", is_down=True)
        entries = [hit.entry for hit in hits]
        asked = variables(question, entries, said)
        length = 0
        with self._breaker.attempt() as attempt:
            patience = Patience(self._first_clause_ms, self._whole_ms)
            judge = await Judge.of(question, entries)
            try:
                async with aclosing(sentences_in_time(chain, asked, patience)) as sentences:
                    async for sentence in sentences:
                        if not judge.may_be_said(sentence):
                            continue
                        text = for_the_ear(sentence)
                        if length and length + len(text) > self._characters:
                            break
                        length += len(text) + 1
                        patience.first_was_said()
                        yield Clause(text, "llm", backing([hits[judge.best_entry(sentence)]]))
                if not length:
                    raise ModelFailed("the model said nothing of what was asked", is_down=False)
            except ModelFailed as failure:
                attempt.went_well = not failure.is_down
                raise
            attempt.went_well = True

    async def _from_entry(self, question: str, hit: Hit, spoken: Sequence[Clause]) -> list[Clause]:
        """The best entry's own words, but what was told of it; nothing where something else was told."""
        told = [clause.text for clause in spoken]
        if any(document["id"] != hit.entry.id for clause in spoken for document in clause.documents):
            return []
        length = sum(map(len, told))
        found: list[Clause] = []
        async for sentence in self._extractive.astream(variables(question, [hit.entry])):
            if sentence.text == UNKNOWN or (told and repeats(sentence.text, told, TOLD_SHARE)):
                continue
            if told and length + len(sentence.text) > self._characters:
                break
            length += len(sentence.text) + 1
            found.append(Clause(sentence.text, "faq", backing([hit]), sentence.rest))
        return found
