"""What a Korean clause affirms and what it denies, told by its morphemes.

취소할 수 없습니다, 취소가 불가능합니다, 취소는 안 돼요 and 취소하지 마세요 deny 취소; 시작되기 전이라면 denies
시작, which has not happened yet.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.korean import analyzer
from voicebot.dialogue.answer.vocabulary import taken_apart


@dataclass(frozen=True, slots=True)
class Token:
    """A morpheme where it stands: ``form`` and ``tag`` as Kiwi has them, ``start`` in characters."""

    form: str
    tag: str
    start: int


def tokens_of(text: str) -> list[Token]:
    return [Token(token.form, token.tag.partition("-")[0], token.start) for token in analyzer().tokenize(text)]


# Verbs and adjectives without a meaning of their own: the noun before them is what is done.
_LIGHT = frozenset("하 되 있 없 같 가능 불가능 불가 어렵 힘들 않 못하 말 싶 아니 주 드리 보 계시".split())
_DENYING = frozenset("않 못하 말 없 아니 불가 불가능 어렵 힘들 곤란 금지".split())
_DENYING_TAGS = frozenset("VX VA VV VCN NNG XR".split())
_CLOSED = "쉬"  # of offices and carriers: nothing happens
_OR = frozenset("거나 든지".split())
_BETWEEN = frozenset("XSV XSA EP EC ETM ETN NNB JKS JX JKO JKC MAG VX VCP XPN XSN JKG JKB EF".split())
_LINKS = frozenset("지 어 아 여 고 게".split())
_LOOK_AHEAD = 4


def predicates(tokens: Sequence[Token]) -> Iterator[tuple[str, bool]]:
    """The stem of each verb and adjective and each noun of doing, and whether it is affirmed."""
    for index, token in enumerate(tokens):
        if token.tag in ("VV", "VA") and token.form not in _LIGHT:
            before = index > 0 and _denies(tokens[index - 1]) and tokens[index - 1].tag == "MAG"
            yield token.form, _is_affirmed(tokens, index + 1, not before) != (token.form == _CLOSED)
        elif token.tag in ("NNG", "XR") and len(taken_apart(token.form)) == 1 and _is_done(tokens, index):
            yield token.form, _is_affirmed(tokens, index + 1)


def affirms(tokens: Sequence[Token]) -> bool:
    """Whether the denials in all of ``tokens`` cancel out, or there are none."""
    return sum(map(_denies, tokens)) % 2 == 0


def _denies(token: Token) -> bool:
    if token.tag == "MAG":
        return token.form in ("안", "못")
    return (token.form == "불" and token.tag == "XPN") or (token.form in _DENYING and token.tag in _DENYING_TAGS)


def _is_done(tokens: Sequence[Token], index: int) -> bool:
    """Whether the noun at ``index`` is what is done: 취소하다, 취소가 되다, 취소는 불가능하다."""
    for token in tokens[index + 1 : index + 1 + _LOOK_AHEAD]:
        if token.tag in ("XSV", "XSA") or token.form in _LIGHT:
            return True
        if token.tag not in ("JKS", "JX", "JKO", "JKC", "MAG", "XPN"):
            return False
    return False


def _is_affirmed(tokens: Sequence[Token], start: int, affirmed: bool = True) -> bool:
    """Whether what follows a stem, up to the next thing said, leaves it as it is."""
    for index in range(start, len(tokens)):
        token = tokens[index]
        behind = tokens[index + 1] if index + 1 < len(tokens) else None
        if _denies(token):
            affirmed = not affirmed
        elif token.tag == "ETN" and token.form == "기" and behind and behind.form == "전":
            return not affirmed
        elif token.form in _LIGHT or (
            token.tag == "ETM" and behind and behind.tag == "NNB" and behind.form in "수리적"
        ):
            continue
        elif token.tag == "EC" and token.form in _OR:
            return affirmed == affirms(tokens[index:])  # what is denied behind "or" is denied before it
        elif token.tag not in _BETWEEN or token.tag == "ETM" or (token.tag == "EC" and token.form not in _LINKS):
            return affirmed
    return affirmed
