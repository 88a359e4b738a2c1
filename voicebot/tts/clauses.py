"""Where a text may be cut: into sentences as it is written, and into clauses as it is spoken.

A voice that computes a sentence at a time is silent until the whole of it exists, so a long sentence is cut where a
Korean speaker would draw breath: at punctuation, else after a connective ending, else after a particle. The first
clause is kept shortest, because the caller waits for it.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

FIRST_SYLLABLES = 14  # about 2.5 s of speech; a longer first clause is cut where it can be
CLAUSE_SYLLABLES = 28
BREATH_SYLLABLES = 45  # no voice goes on for longer: past this the cut falls between any two words
SENTENCE_CHARACTERS = 240

CONNECTIVE_PAUSE_MS = 110
PARTICLE_PAUSE_MS = 40
COMMA_PAUSE_MS = 180
COLON_PAUSE_MS = 240
SENTENCE_PAUSE_MS = 380
QUESTION_PAUSE_MS = 440
PARAGRAPH_PAUSE_MS = 600
SLOW_SYLLABLES = 7  # what is taken in at once by who has asked for it slower
LEAST_SLOW_SYLLABLES, MOST_SLOW_SYLLABLES = 3, 9  # where a phrase ends there
SLOW_PAUSE_MS = 320

# A full stop ends a sentence unless it stands in a number or a date ("2026. 11. 22."), or inside a name (kt.com).
_CLOSING = r"[\"'”’)\]」』]*"
_SENTENCE_END = re.compile(
    rf"[.!?…。！？]+{_CLOSING}(?:(?=\s)(?!(?<=\d\.)\s*\d)|$|(?<=[가-힣][.!?…。！？])(?=[가-힣]))|\s*\n\s*"
)
_CLAUSE_END = re.compile(rf"[,;:、，；：]+{_CLOSING}(?=\s|$|(?<=[가-힣][,;:、，；：])[가-힣])(?!(?<=\d,)\s*\d)")
_WORD = re.compile(r"\S+")

# What a word ends in when the speaker goes on; the nouns that only look so follow below.
_CONNECTIVE = re.compile(
    r"(?:고|며|면서|지만|는데|은데|인데|던데|니까|으면|하면|되면|시면|려면|다면|라면|이면|거나|든지|도록|려고|고서|더니|자마자"
    r"|(?:해|어|아|여|셔|와|워|가|려|춰|줘|봐|라)서|위해|위하여|통해|따라|때문에|후에|경우)$"
)
_NOUNS = re.compile(
    r"(?:광고|창고|최고|재고|사고|신고|보고|참고|경고|권고|예고|잔고|금고|중고|원고|피고|해고|통고|공고|충고|냉장고)$"
)
_FIGURE = re.compile(  # of a number, as it is read aloud: a unit follows, or further figures
    r"[영공일이삼사오육칠팔구십백천만억조]+|(?:열|스물|서른|마흔|쉰)?(?:한|두|세|네|다섯|여섯|일곱|여덟|아홉)|열|스무"
)
_FIGURES = re.compile(r"[영공일이삼사오육칠팔구십백천만억조]{2}")
_PARTICLE = re.compile(r"(?<=[가-힣])(?:은|는|이|가|을|를|에|에서|에게|께|께서|로|와|과|도|까지|부터)$")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Characters ``start`` up to ``end`` of a text, and the silence that follows them when more is said."""

    start: int
    end: int
    pause_ms: int


def syllables(text: str) -> int:
    """How many characters of ``text`` make a sound: Hangul, letters and digits."""
    return sum(character.isalnum() and _can_be_said(character) for character in text)


def sentences(text: str) -> Iterator[Stretch]:
    """The sentences of a written text, in order and without gap; none is longer than ``SENTENCE_CHARACTERS``."""
    start = 0
    for found in _SENTENCE_END.finditer(text):
        yield from _shorter(text, start, found.end(), _pause_after(found.group()))
        start = found.end()
    yield from _shorter(text, start, len(text), SENTENCE_PAUSE_MS)


def clauses(sentence: str, first_syllables: int = CLAUSE_SYLLABLES) -> Iterator[Stretch]:
    """The clauses of a spoken sentence, in order and without gap; ``first_syllables`` bounds the first if it can."""
    start, limit = 0, first_syllables
    for found in [*_CLAUSE_END.finditer(sentence), None]:
        end, pause_ms = (found.end(), _pause_after(found.group())) if found else (len(sentence), SENTENCE_PAUSE_MS)
        for stretch in _breaths(sentence, start, end, pause_ms, limit):
            yield stretch
            limit = CLAUSE_SYLLABLES
        start = end


def slower(sentence: str, cut: Iterable[Stretch]) -> Iterator[Stretch]:
    """Clauses cut further, between words, into what can be taken in at once; with longer pauses."""
    for clause in cut:
        words = list(_WORD.finditer(sentence, clause.start, clause.end))
        start = clause.start
        while (number := _slow_cut(words)) is not None:
            words = words[number:]
            yield Stretch(start, words[0].start(), SLOW_PAUSE_MS)
            start = words[0].start()
        yield Stretch(start, clause.end, clause.pause_ms + SLOW_PAUSE_MS)


def _slow_cut(words: Sequence[re.Match[str]]) -> int | None:
    """How many of ``words`` are said at once, None for all: up to the end of a phrase, if one is near.

    No figure is torn from its unit.
    """
    spoken = list(accumulate(syllables(word.group()) for word in words))
    if not words or spoken[-1] <= MOST_SLOW_SYLLABLES:
        return None
    places: list[tuple[int, int, bool]] = []  # so many words, so many syllables, whether a phrase ends there
    for number, (word, following) in enumerate(pairwise(words), 1):
        is_figure = _FIGURE.fullmatch(word.group()) is not None
        goes_on_in_figures = is_figure and _FIGURES.match(following.group()) is not None
        if not is_figure or goes_on_in_figures:
            places.append((number, spoken[number - 1], goes_on_in_figures or _breath_after(word.group()) > 0))
    best_first = (
        [number for number, said, ends in reversed(places) if ends and LEAST_SLOW_SYLLABLES <= said <= SLOW_SYLLABLES],
        [number for number, said, ends in places if ends and SLOW_SYLLABLES < said <= MOST_SLOW_SYLLABLES],
        [number for number, said, _ in reversed(places) if said <= SLOW_SYLLABLES],
        [number for number, _, _ in places],
    )
    return next((found[0] for found in best_first if found), None)


def sayable(spoken: str) -> str:
    """``spoken`` with only what a voice can say: Hangul syllables, Latin letters, digits and punctuation."""
    composed = unicodedata.normalize("NFKC", spoken)
    kept = "".join(character if _can_be_said(character) else " " for character in composed)
    return " ".join(kept.split())


def _can_be_said(character: str) -> bool:
    latin_or_digit = character.isalnum() and character < "\u0250"
    return "가" <= character <= "힣" or latin_or_digit or character in ".,?!;:'-…"


def _pause_after(mark: str) -> int:
    if "\n" in mark:
        return PARAGRAPH_PAUSE_MS
    if any(character in mark for character in "?？"):
        return QUESTION_PAUSE_MS
    if any(character in mark for character in ".!…。！"):
        return SENTENCE_PAUSE_MS
    return COLON_PAUSE_MS if any(character in mark for character in ":;：；") else COMMA_PAUSE_MS


def _shorter(text: str, start: int, end: int, pause_ms: int) -> Iterator[Stretch]:
    while end - start > SENTENCE_CHARACTERS:
        space = text.rfind(" ", start + 1, start + SENTENCE_CHARACTERS)
        cut = space if space > start else start + SENTENCE_CHARACTERS
        yield Stretch(start, cut, PARTICLE_PAUSE_MS)
        start = cut
    if end > start:
        yield Stretch(start, end, pause_ms)


def _breaths(sentence: str, start: int, end: int, pause_ms: int, limit: int) -> Iterator[Stretch]:
    """``sentence[start:end]`` cut into stretches that one breath can carry, the first within ``limit`` if possible."""
    while syllables(sentence[start:end]) > limit:
        cut = _best_cut(sentence, start, end, limit)
        if cut is None:
            break
        yield cut
        start, limit = cut.end, CLAUSE_SYLLABLES
    if end > start:
        yield Stretch(start, end, pause_ms)


def _best_cut(sentence: str, start: int, end: int, limit: int) -> Stretch | None:
    """Where to breathe: the last good place within ``limit``, else the first one after it; None for no breath at all.

    A particle is good enough only where the stretch is far too long: a breath there is heard as hesitation.
    """
    total = syllables(sentence[start:end])
    least = min(4, limit // 2)  # on either side: nobody breathes after a single short word
    within: dict[int, int] = {}
    beyond: dict[int, int] = {}
    spoken = 0
    for word in _WORD.finditer(sentence, start, end):
        spoken += syllables(word.group())
        pause_ms = _breath_after(word.group())
        if spoken > BREATH_SYLLABLES:
            break
        if not pause_ms or spoken < least or total - spoken < least:
            continue
        if spoken <= limit:
            within[pause_ms] = word.end()
        else:
            beyond.setdefault(pause_ms, word.end())
    good = [CONNECTIVE_PAUSE_MS, PARTICLE_PAUSE_MS] if total > 1.5 * limit else [CONNECTIVE_PAUSE_MS]
    for found in (within, beyond):
        for pause_ms in good:
            if pause_ms in found:
                return Stretch(start, found[pause_ms], pause_ms)
    return _between_words(sentence, start, end) if total > BREATH_SYLLABLES else None


def _breath_after(word: str) -> int:
    """How long a speaker may pause after ``word`` in mid-sentence, ms; 0 for not at all."""
    if _CONNECTIVE.search(word) and not _NOUNS.search(word):
        return CONNECTIVE_PAUSE_MS
    return PARTICLE_PAUSE_MS if _PARTICLE.search(word) else 0


def _between_words(sentence: str, start: int, end: int) -> Stretch:
    """As much as one breath carries, cut between words, or inside the word where it has no end."""
    spoken = 0
    cut = start
    for offset in range(start, end):
        spoken += sentence[offset].isalnum()
        if sentence[offset].isspace() and offset > start:
            cut = offset
        if spoken >= BREATH_SYLLABLES:
            return Stretch(start, cut if cut > start else offset + 1, 0)
    return Stretch(start, end, 0)
