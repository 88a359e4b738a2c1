"""A company's words that mean the same: callers say 택배비 where the FAQ says 배송비."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path


class SynonymsInvalid(RuntimeError):
    """A list of synonyms cannot be used; the message names file, line and the cure."""


@dataclass(frozen=True, slots=True)
class Synonyms:
    """Groups of two and more words each, the company's own word first; no word is in two groups."""

    groups: tuple[tuple[str, ...], ...] = ()

    def settled(self, text: str) -> str:
        """``text`` with each word replaced by its group's first, the longest first: 물류비가 becomes 배송비가."""
        if not self.groups:
            return text
        return _pattern(self).sub(lambda word: _heads(self)[word.group()], text)

    @classmethod
    def load(cls, path: Path) -> "Synonyms":
        """Of YAML (``배송비: [택배비, 배송료, 물류비]``) or TSV (a group a line); :class:`SynonymsInvalid`."""
        try:
            text = path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            raise SynonymsInvalid(f'no synonyms "{path}": check "synonyms:" in aicc.yaml') from None
        except (OSError, UnicodeDecodeError):
            raise SynonymsInvalid(f'"{path}" cannot be read: name a YAML or TSV file in UTF-8') from None
        is_yaml = path.suffix.lower() in (".yaml", ".yml")
        return cls(tuple(_checked(path, _of_yaml(path, text) if is_yaml else _of_tsv(text))))


@cache
def _heads(synonyms: Synonyms) -> dict[str, str]:
    return {word: words[0] for words in synonyms.groups for word in words}


@cache
def _pattern(synonyms: Synonyms) -> re.Pattern[str]:
    # a group's first word is found too, so that a shorter one inside it is left alone
    longest_first = sorted(_heads(synonyms), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)))


def _of_yaml(path: Path, text: str) -> Iterator[tuple[int, list[object]]]:
    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedMap
    from ruamel.yaml.constructor import DuplicateKeyError
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        content = YAML(typ="rt").load(text)
    except DuplicateKeyError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise SynonymsInvalid(f"{path} line {line}: a word heads two groups: make them one") from None
    except YAMLError as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        raise SynonymsInvalid(f"{path} line {mark.line + 1 if mark else 1}: not YAML: write {_FORM}") from None
    if content is None:
        return
    if not isinstance(content, CommentedMap):
        raise SynonymsInvalid(f"{path} line 1: not groups of words: write {_FORM}")
    for word, others in content.items():
        line = content.lc.key(word)[0] + 1
        if not isinstance(others, list):
            raise SynonymsInvalid(f'{path} line {line}: "{word}" has no list of words: write {_FORM}')
        yield line, [word, *others]


def _of_tsv(text: str) -> Iterator[tuple[int, list[object]]]:
    for line, written in enumerate(text.splitlines(), 1):
        if written.strip() and not written.startswith("#"):
            yield line, [word for word in written.split("\t") if word.strip()]


_FORM = "배송비: [택배비, 배송료]"


def _checked(path: Path, groups: Iterable[tuple[int, list[object]]]) -> Iterator[tuple[str, ...]]:
    lines: dict[str, int] = {}
    for line, written in groups:
        words = [_word(path, line, word) for word in written]
        if len(words) < 2:
            raise SynonymsInvalid(f'{path} line {line}: "{words[0]}" stands alone: add a word that means the same')
        for word in words:
            if word in lines:
                where = "twice" if lines[word] == line else f"in line {lines[word]} too"
                raise SynonymsInvalid(f'{path} line {line}: "{word}" is there {where}: keep it in one group, once')
            lines[word] = line
        yield tuple(words)


def _word(path: Path, line: int, written: object) -> str:
    # 119 and yes are words to a person; YAML makes numbers and truths of them
    if not isinstance(written, (str, int)) or isinstance(written, bool):
        raise SynonymsInvalid(f"{path} line {line}: {written!r} is not a word: put it in quotation marks")
    word = " ".join(unicodedata.normalize("NFC", str(written)).split())
    if not word:
        raise SynonymsInvalid(f"{path} line {line}: a word is empty: delete it")
    return word
