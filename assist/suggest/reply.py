"""A short reply ready to be read aloud, in an entry's own words."""

from __future__ import annotations

from voicebot.dialogue.answer.listening import for_the_ear
from voicebot.dialogue.answer.reading import words_of
from voicebot.dialogue.answer.sentences import sentences

MOST_SENTENCES = 2


def reply(asked: str, answer: str, characters: int) -> str:
    """One or two whole sentences of ``answer``, so that its figures stay whole; one where two are too long.

    Of a longer answer those that have most of the words that were ``asked``, the first of equals. One sentence that
    is longer than ``characters`` by itself is given as it is: half a sentence is no reply.
    """
    every = sentences(for_the_ear(answer))
    if not every:
        return ""
    if len(every) <= MOST_SENTENCES and sum(map(len, every)) < characters:
        return " ".join(every)
    wanted = words_of(asked)
    starts = range(max(1, len(every) - MOST_SENTENCES + 1))
    best = max(
        starts, key=lambda start: (len(wanted & words_of(" ".join(every[start : start + MOST_SENTENCES]))), -start)
    )
    chosen = every[best : best + MOST_SENTENCES]
    whole = " ".join(chosen)
    if len(whole) <= characters or len(chosen) == 1:
        return whole
    return max(chosen, key=lambda sentence: len(wanted & words_of(sentence)))
