"""What the embedding is trained on: organisations' questions with their callers' wordings, and same words."""

import csv
from dataclasses import dataclass
from pathlib import Path

QUESTIONS = Path(__file__).parent.parent / "questions"


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of an organisation's FAQ and what its callers say who want it."""

    question: str
    answer: str
    wordings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Organisation:
    """``trade`` is what it deals in; two of one trade are asked the same things.

    ``unanswered`` is what callers say that none of its items answers.
    """

    name: str
    trade: str
    unanswered: tuple[str, ...]
    items: tuple[Item, ...]


def organisations(folder: Path = QUESTIONS) -> list[Organisation]:
    """One of each ``TRADE/NAME.tsv``: question, answer, wordings."""
    return [
        Organisation(
            path.stem,
            path.parent.name,
            _unanswered(folder / "none" / f"{path.stem}.txt"),
            tuple(Item(row[0], row[1], tuple(row[2:])) for row in _rows(path)),
        )
        for path in sorted(folder.glob("*/*.tsv"), key=lambda path: path.stem)
        if path.parent.name != "words"
    ]


def same_words(folder: Path = QUESTIONS) -> list[list[str]]:
    """Groups of words for the same thing."""
    return _rows(folder / "words" / "same_words.tsv")


def other_words(folder: Path = QUESTIONS) -> list[list[str]]:
    """Pairs of words that look alike and are not the same."""
    return _rows(folder / "words" / "other_words.tsv")


def like_sentences(data: Path) -> list[tuple[str, str, float]]:
    """Pairs of KorSTS and how like they are, 0 to 1 (CC BY-SA 4.0; ``data`` is ``AICC_TRAINING_DATA``)."""
    pairs = []
    for row in csv.reader(
        (data / "text/korsts_train.tsv").open(encoding="utf-8"), delimiter="\t", quoting=csv.QUOTE_NONE
    ):
        if len(row) == 7 and row[4][:1].isdigit():
            pairs.append((row[5], row[6], float(row[4]) / 5))
    return pairs


def small_talk(data: Path) -> list[str]:
    """Everyday sentences that no company's FAQ answers (songys/Chatbot_data, MIT)."""
    with (data / "text/chatbot_qa.csv").open(encoding="utf-8") as file:
        return [row[0] for row in csv.reader(file)][1:]


def _unanswered(path: Path) -> tuple[str, ...]:
    """A line each; not every organisation has some."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return tuple(line.strip() for line in lines if line.strip())


def _rows(path: Path) -> list[list[str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.split("\t") if cell.strip()] for line in lines if line.strip()]
