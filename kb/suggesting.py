"""What callers' own words teach: new entries, examples of entries, and words that mean the same as the company's.

Suggestions are for a person to accept; nothing here changes a knowledge base.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb import korean
from kb.asked import Asked
from kb.entry import Entry, faces
from kb.jamo import letters
from kb.synonyms import Synonyms

# Dice's coefficient of the meaning morphemes of two questions from which on they ask the same.
SAME_QUESTION = 0.6
# Seen together so often, and in this share of the questions with the caller's word, two words are a pair.
PAIR_SUPPORT = 2
PAIR_SHARE = 0.5
# A number this long is somebody's: an order, a telephone, a card. It is no example for others.
_PERSONAL = re.compile(r"\d(?:[\s-]?\d){3,}")
_NOUN_PARTS = frozenset(["NNG", "NNP", "XPN", "XSN", "SL", "XR"])
_SUBJECT_PARTS = frozenset(["NNG", "NNP", "XR", "VV", "VA", "SL", "SN"])
# Words of asking itself, which stand in any question.
_ASKING = frozenset(
    "거 것 문의 문제 방법 얼마 언제 어디 이유 정도 경우 때 확인 가능 안내 질문 관련 부탁 상담 고객 지금 오늘 "
    "하 되 있 없 어떻 어떡하 알 싶 같 주 받".split()
)


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A question that nothing answered, in several wordings: ``queries`` with how often each was asked, most first."""

    count: int
    queries: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class NewExample:
    """``query`` asks what entry ``id`` answers, in words that are not among its own."""

    id: str
    question: str
    query: str
    count: int


@dataclass(frozen=True, slots=True)
class NewSynonym:
    """Callers say ``said`` where the company writes ``written``; ``count`` questions show it, ``query`` is one."""

    written: str
    said: str
    count: int
    query: str


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The most frequent first in each; ``unknown_ids`` are of questions whose entry is not in the knowledge base."""

    entries: tuple[NewEntry, ...]
    examples: tuple[NewExample, ...]
    synonyms: tuple[NewSynonym, ...]
    unknown_ids: tuple[str, ...]


def suggest(asked: Sequence[Asked], entries: Sequence[Entry], synonyms: Synonyms, repeated: int = 2) -> Suggestions:
    """``repeated`` is how often a question must have gone unanswered before an entry is suggested."""
    known = {entry.id: entry for entry in entries}
    refused = [one.query for one in asked if not one.gold_id]
    corrected = [(one.query, known[one.gold_id]) for one in asked if one.gold_id in known]
    return Suggestions(
        _new_entries(refused, repeated),
        _new_examples(corrected),
        _new_synonyms(corrected, synonyms),
        tuple(dict.fromkeys(one.gold_id for one in asked if one.gold_id and one.gold_id not in known)),
    )


def _new_entries(queries: Iterable[str], repeated: int) -> tuple[NewEntry, ...]:
    """Each question joins the group whose first and most frequent question it is most like, or begins one."""
    counts = Counter(" ".join(query.split()) for query in queries)
    leaders: list[Counter[str]] = []
    groups: list[list[tuple[str, int]]] = []
    having: dict[str, list[int]] = defaultdict(list)  # morpheme → groups whose leader has it
    for query, count in counts.most_common():
        content = Counter(_subject(query))
        near = {group for morpheme in content for group in having[morpheme]}
        likeness = {group: _dice(content, leaders[group]) for group in near}
        best = max(sorted(likeness), key=lambda group: likeness[group], default=None)
        if best is not None and likeness[best] >= SAME_QUESTION:
            groups[best].append((query, count))
            continue
        for morpheme in content:
            having[morpheme].append(len(groups))
        leaders.append(content)
        groups.append([(query, count)])
    found = [NewEntry(sum(count for _, count in group), tuple(group)) for group in groups]
    return tuple(sorted((new for new in found if new.count >= repeated), key=lambda new: -new.count))


def _subject(query: str) -> list[str]:
    """The morphemes that tell what a question is about; a question of none is about its own letters."""
    found = [form for form, tag in korean.morphemes(query) if tag in _SUBJECT_PARTS]
    return [form for form in found if form not in _ASKING] or [letters(query)]


def _dice(one: Counter[str], other: Counter[str]) -> float:
    return 2 * (one & other).total() / max(1, one.total() + other.total())


def _new_examples(corrected: Iterable[tuple[str, Entry]]) -> tuple[NewExample, ...]:
    """Wordings that the entry has not, the same letters counted as the same wording; none that hold a long number."""
    counts: Counter[tuple[str, str]] = Counter()
    wordings: dict[tuple[str, str], NewExample] = {}
    for query, entry in corrected:
        row = letters(query)
        if not row or _PERSONAL.search(query) or row in {letters(face) for face in faces(entry)}:
            continue
        counts[entry.id, row] += 1
        wordings.setdefault((entry.id, row), NewExample(entry.id, entry.question, " ".join(query.split()), 0))
    return tuple(
        NewExample(wordings[key].id, wordings[key].question, wordings[key].query, count)
        for key, count in counts.most_common()
    )


def _new_synonyms(corrected: Sequence[tuple[str, Entry]], synonyms: Synonyms) -> tuple[NewSynonym, ...]:
    """Competitive linking (Melamed, "Models of Translational Equivalence", 2000): a caller's noun that the entry has
    nowhere, and a noun of the entry's question that the caller did not say, linked by how often they meet."""
    together: Counter[tuple[str, str]] = Counter()
    with_said: Counter[str] = Counter()
    with_written: Counter[str] = Counter()
    shown_by: dict[tuple[str, str], str] = {}
    grouped = {word: number for number, group in enumerate(synonyms.groups) for word in group}
    own: dict[str, frozenset[str]] = {}
    # one caller who asks often is one witness
    for query, entry in dict.fromkeys(corrected):
        said, written = nouns(query), nouns(entry.question)
        if entry.id not in own:
            own[entry.id] = frozenset(noun for face in faces(entry) for noun in nouns(face))
        strange = [word for word in said if word not in own[entry.id]]
        unsaid = [word for word in written if word not in said]
        with_said.update(strange)
        with_written.update(unsaid)
        for pair in ((word, other) for word in strange for other in unsaid):
            together[pair] += 1
            shown_by.setdefault(pair, query)
    share = {pair: 2 * count / (with_said[pair[0]] + with_written[pair[1]]) for pair, count in together.items()}
    found: list[NewSynonym] = []
    linked: set[str] = set()
    for pair in sorted(together, key=lambda pair: (-share[pair], -together[pair], pair)):
        said_word, written_word = pair
        is_known = said_word in grouped and grouped[said_word] == grouped.get(written_word)
        is_sure = together[pair] >= PAIR_SUPPORT and together[pair] >= PAIR_SHARE * with_said[said_word]
        if is_sure and not is_known and said_word not in linked:
            linked.add(said_word)
            found.append(NewSynonym(written_word, said_word, together[pair], shown_by[pair]))
    return tuple(sorted(found, key=lambda pair: -pair.count))


def nouns(text: str) -> list[str]:
    """Nouns as people write them, compounds whole (배송비), without those that stand in any question; each once."""
    found: list[str] = []
    end = -1
    for token in korean.analyzer().tokenize(text):
        tag = token.tag.partition("-")[0]
        if tag not in _NOUN_PARTS:
            continue
        if token.start == end and found:
            found[-1] += token.form
        else:
            found.append(token.form)
        end = token.start + token.len
    return [noun for noun in dict.fromkeys(found) if noun not in _ASKING]
