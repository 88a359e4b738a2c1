"""Answers from the knowledge base: in the entry's own words, or through a chat model that is checked against it.

:func:`open_answers` opens what the configuration names; nothing heavy is imported before.
"""

from typing import TYPE_CHECKING

from voicebot.dialogue.answer.endpoint import Endpoint

if TYPE_CHECKING:
    from voicebot.dialogue.answer.answers import Answers

__all__ = ["Endpoint", "open_answers"]


def open_answers(endpoint: Endpoint | None = None, answer_characters: int | None = None) -> "Answers":
    """Extractive answers, or those of the model at ``endpoint``; one for all calls of a process.

    Raises :class:`~voicebot.dialogue.answer.chat.AnswersUnavailable`. The endpoint is not asked yet: a model that is
    down when the service starts is a model that is down.
    """
    from voicebot.dialogue.answer.answers import Answers
    from voicebot.dialogue.answer.listening import ANSWER_CHARACTERS

    characters = answer_characters or ANSWER_CHARACTERS
    if endpoint is None:
        return Answers(answer_characters=characters)
    from kb.korean import morphemes
    from voicebot.dialogue.answer.chat import open_chat

    morphemes("안녕하세요")  # loads what judges the model's sentences: no caller is to wait for that
    return Answers(
        open_chat(endpoint),
        first_clause_ms=endpoint.first_clause_ms,
        whole_ms=endpoint.whole_ms,
        answer_characters=characters,
    )
