"""What a sentence states: its segments, each with one thing to say.

배송비가 없고 / 그보다 적으면 3,000원입니다 are two. A segment holds its content words, its figures, and its predicates,
each affirmed or denied.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from kb.korean import CONTENT
from voicebot.dialogue.answer.denial import Token, affirms, predicates, tokens_of
from voicebot.dialogue.answer.figures import Figure, figures, plain
from voicebot.dialogue.answer.vocabulary import is_courtesy, one_for_all, taken_apart


@dataclass(frozen=True, slots=True)
class Segment:
    """``words`` are content words, one for all that say the same; ``around`` are those of the whole sentence.

    ``predicates`` tells which are affirmed, and under :data:`FREE` whether something costs nothing; ``affirms`` is the
    last one's sign. ``extends`` tells of a 도 or a 모든: the statement takes further cases in.
    """

    words: frozenset[str]
    nouns: frozenset[str]
    predicates: dict[str, bool]
    affirms: bool
    figures: tuple[Figure, ...]
    extends: bool
    around: frozenset[str] = frozenset()


@lru_cache(maxsize=4_096)
def segments(sentence: str) -> tuple[Segment, ...]:
    """In order; 0.5 ms, and sentences are remembered.

    In a row of figures what only the last of them says is said of all: 카드는 5일, 계좌이체는 2일 걸립니다.
    """
    written = plain(sentence)
    every = figures(written)
    found: list[Segment] = []
    shared: list[Token] = []
    for part in reversed(list(_parts(tokens_of(written), every))):
        inside = tuple(figure for figure in every if part[0].start <= figure.start <= part[-1].start)
        behind = [token for token in part if inside and token.start >= inside[-1].end]
        if inside and shared and not any(_is_told(token) for token in behind):
            part, behind = [*part, *shared], shared
        shared = behind
        found.insert(0, _segment(part, inside))
    around = frozenset(word for segment in found for word in segment.words)
    return tuple(replace(segment, around=around) for segment in found)


def _is_told(token: Token) -> bool:
    return token.tag in CONTENT and not is_courtesy(token.form)


# ---- cutting

_GOES_ON = frozenset("고 며 면서 지만 으나 는데 ᆫ데 은데 니 으니 니까 으니까 므로 으므로 라서 어서 아서 여서".split())


def _parts(tokens: Sequence[Token], every: Sequence[Figure]) -> Iterator[list[Token]]:
    """Cut at the ends of sentences, behind connective endings, and at commas behind a figure or an ending."""
    part: list[Token] = []
    for token, following in zip(tokens, [*tokens[1:], None], strict=False):
        part.append(token)
        if following is None or _ends_part(part, following, every):
            yield part
            part = []


def _ends_part(part: Sequence[Token], following: Token, every: Sequence[Figure]) -> bool:
    token = part[-1]
    if token.tag in ("SF", "EF"):
        return following.tag not in ("SF", "SSC")
    if token.tag == "EC":
        return token.form in _GOES_ON and following.tag != "VX" and following.form not in ("싶", "있")
    if token.tag == "SP":
        behind_figure = any(part[0].start <= figure.start < token.start for figure in every)
        return behind_figure or (len(part) > 1 and part[-2].tag in ("EC", "EF"))
    return False


# ---- reading

_NO_WORDS = frozenset("SN NNB VX XPN W_SERIAL".split())
_NOUNS = frozenset("NNG NNP SL SH".split())


def _segment(tokens: Sequence[Token], inside: tuple[Figure, ...]) -> Segment:
    words = [
        (one_for_all(form), token.tag)
        for token in tokens
        if token.tag in CONTENT and token.tag not in _NO_WORDS
        for form in taken_apart(token.form)
    ]
    told = [(word, tag) for word, tag in words if not is_courtesy(word)]
    # a courtesy that is denied is none: 필요하지 않습니다
    stated = {one_for_all(stem): sign for stem, sign in predicates(tokens) if not (sign and is_courtesy(stem))}
    last = list(stated.values())[-1:]
    free = _is_free({word for word, _ in words}, stated, affirms(tokens), inside)
    return Segment(
        words=frozenset(word for word, _ in told),
        nouns=frozenset(word for word, tag in told if tag in _NOUNS),
        predicates=stated if free is None else {**stated, FREE: free},
        affirms=last[0] if last else affirms(tokens),
        figures=inside,
        extends=_extends(tokens),
    )


FREE = "무료"
_COSTS = frozenset("비용 위약금 수수료 돈".split())
_CHARGED = frozenset("추가 내 받 들 빼".split())


def _is_free(words: set[str], stated: dict[str, bool], affirmed: bool, inside: tuple[Figure, ...]) -> bool | None:
    """Whether the segment says that something costs nothing, or that it costs; None where it says neither."""
    if FREE in words:
        return affirmed
    charged = [sign for word, sign in stated.items() if word in _CHARGED]
    if words & _COSTS and not all(charged or [affirmed]):
        return True
    is_charge = any(figure.unit == "원" and figure.bound != "least" for figure in inside)
    return False if is_charge or (words & _COSTS and any(charged)) else None


_EVEN = frozenset("도 라도 이라도".split())
_EVEN_IF = frozenset("어도 아도 여도 더라도 라도 이라도 ᆯ지라도".split())
_EVERY = frozenset("모든 누구 항상 언제나 무조건 전부 전혀 모두 전체 어떤 아무 무제한".split())


def _extends(tokens: Sequence[Token]) -> bool:
    """Whether a further case is taken in: 일요일에도, 지나도, 모든 회원."""
    before = ""
    for token in tokens:
        if (token.tag == "JX" and token.form in _EVEN and before != "NNB") or token.form in _EVERY:
            return True
        if token.tag == "EC" and token.form in _EVEN_IF:
            return True
        before = token.tag
    return False
