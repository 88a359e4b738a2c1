"""What the training voices say: contact-centre talk, everyday Korean, dictated numbers, and words in no order.

The last kinds keep the recognizer honest: with sentences alone it learns to recite, with shuffled words and random
syllables it must listen.
"""

# ruff: noqa: E501 - word lists

import csv
import re
import unicodedata
import zlib
from pathlib import Path

import numpy as np

from gpu.train.recognizer.slots import Random, Slots

CORPUS = Path(__file__).parent.parent / "corpus"
LONGEST = 48  # syllables; about ten seconds
# Share of each source in what is spoken.
SHARES = {"contact_centre": 0.42, "everyday": 0.22, "numbers": 0.14, "shuffled": 0.10, "nouns": 0.07, "syllables": 0.05}
HELD_OUT_ONE_IN = 50  # of the everyday text, by a hash of the sentence: never spoken in training

_CARRIERS = (
    "{x}|{x}|{x}|{x}(이요/요)|{x}입니다|네 {x}(이요/요)|{x}인데요|번호는 {x}(이에요/예요)|{x}(이고요/고요)|{x} 맞아요|{x}(으로/로) 해 주세요|"
    "어 {x}|아니 {x}|{x} 맞으시죠|제 번호는 {x}입니다|주소가 {x}거든요|{x}(이라고/라고) 합니다|{x}까지요|{x}부터 {y}까지|{x} 그리고 {y}|{x} 아니고 {y}(이요/요)|"
    "{x}(이/가) 빠져나갔어요|금액이 {x} 맞나요|{x}에 예약했어요|{x} {y}"
).split("|")
_PARTICLES = (
    "(은/는) (이/가) (을/를) 에 에서 도 만 (으로/로) (과/와) 의 까지 부터 한테 보다 처럼 (이랑/랑) (이나/나) 요".split()
)


def plain(text: str) -> str:
    """Hangul words alone, single spaces; empty if the text has digits or another script, which nobody can read aloud."""
    text = unicodedata.normalize("NFC", text)
    if re.search(r"[0-9A-Za-z\u3131-\u318e%₩$]", text):
        return ""
    return " ".join(re.sub(r"[^가-힣 ]", " ", text).split())


def syllables(text: str) -> int:
    return len(text.replace(" ", ""))


def is_held_out(sentence: str) -> bool:
    return zlib.crc32(sentence.replace(" ", "").encode()) % HELD_OUT_ONE_IN == 0


def everyday_sentences(data: Path) -> list[str]:
    """All plain sentences of the everyday sets, held-out ones included; long ones cut at their commas."""
    sources: list[str] = []
    with (data / "text/chatbot_qa.csv").open(encoding="utf-8") as file:
        for row in csv.reader(file):
            sources += row[:2]
    for path in sorted((data / "text").glob("*.tsv")):
        columns = slice(5, 7) if path.name.startswith("korsts") else slice(0, 2)
        for line in path.read_text(encoding="utf-8").splitlines()[1:]:
            sources += line.split("\t")[columns]
    sentences: dict[str, None] = {}
    for source in sources:
        pieces = [source] if syllables(plain(source)) <= 30 else re.split("[,.?!]", source)
        for piece in pieces:
            sentence = plain(piece)
            if 2 <= syllables(sentence) <= LONGEST:
                sentences[sentence] = None
    return list(sentences)


def contact_centre_lines() -> list[str]:
    """The corpus, one line an utterance, braces still to fill."""
    return sorted(
        {
            line.strip()
            for path in CORPUS.glob("*.txt")
            for line in path.read_text(encoding="utf-8").splitlines()
            if line.strip()
        }
    )


def dictionary_nouns() -> list[str]:
    """Nouns and names of Kiwi's dictionary, two to five syllables."""
    from kiwipiepy import Kiwi

    kiwi = Kiwi(load_default_dict=False, load_multi_dict=False)
    nouns: set[str] = set()
    index = 0
    while True:
        try:
            morpheme = kiwi.morpheme(index)
        except ValueError:
            return sorted(nouns)
        if morpheme.tag in ("NNG", "NNP") and re.fullmatch("[가-힣]{2,5}", morpheme.form):
            nouns.add(morpheme.form)
        index += 1


class Sentences:
    """An endless supply of sentences to speak; ``unspoken`` are kept out whatever their source."""

    def __init__(self, data: Path, unspoken: frozenset[str] = frozenset()) -> None:
        def allowed(sentence: str) -> bool:
            return sentence.replace(" ", "") not in unspoken

        self._unspoken = unspoken
        self.slots = Slots(data)
        self.contact_centre = [line for line in contact_centre_lines() if allowed(line)]
        self.everyday = [line for line in everyday_sentences(data) if allowed(line) and not is_held_out(line)]
        self.nouns = dictionary_nouns()
        words = {word for line in self.contact_centre if "{" not in line for word in line.split()}
        self.words = sorted(words | {word for line in self.everyday for word in line.split()})
        # Frequency does not count here: every syllable that occurs is asked for as often as any other.
        self.known_syllables = sorted({syllable for word in (*self.words, *self.nouns) for syllable in word})
        self._kinds, shares = list(SHARES), np.array(list(SHARES.values()))
        self._cumulative = np.cumsum(shares / shares.sum())

    def draw(self, random: Random) -> str:
        while (sentence := self._draw(random)).replace(" ", "") in self._unspoken:
            pass  # cut from a longer one, a sentence may be one of them
        return sentence

    def _draw(self, random: Random) -> str:
        kind = self._kinds[int(np.searchsorted(self._cumulative, random.random()))]
        draw = self.draw_numbers if kind == "numbers" else getattr(self, f"_{kind}")
        sentence = str(draw(random))
        while syllables(sentence) > LONGEST:
            sentence = sentence[: sentence.rindex(" ")] if " " in sentence else sentence[:LONGEST]
        return sentence

    def _contact_centre(self, random: Random) -> str:
        line = self.contact_centre[int(random.integers(len(self.contact_centre)))]
        return self._vary(self.slots.fill(line, random), random)

    def _everyday(self, random: Random) -> str:
        return self._vary(self.everyday[int(random.integers(len(self.everyday)))], random)

    def _vary(self, sentence: str, random: Random) -> str:
        """Most as they are, some cut to a run of their words."""
        words = sentence.split()
        chance = random.random()
        if chance < 0.15 and len(words) > 3:
            first = int(random.integers(0, len(words) - 2))
            return " ".join(words[first : first + int(random.integers(2, len(words)))])
        return sentence

    def draw_numbers(self, random: Random) -> str:
        kinds = ["phone", "order", "amount", "address", "card", "digits", "date", "time", "count", "percent", "name"]
        weights = np.array([4, 4, 4, 4, 1, 2, 1.5, 1.5, 1.5, 0.5, 1.5])
        kind = kinds[int(random.choice(len(kinds), p=weights / weights.sum()))]
        carrier = _CARRIERS[int(random.integers(len(_CARRIERS)))]
        return self.slots.fill(carrier.replace("{x}", f"{{{kind}}}").replace("{y}", f"{{{kind}}}"), random)

    def _shuffled(self, random: Random) -> str:
        picked = random.integers(len(self.words), size=int(random.integers(2, 9)))
        return " ".join(self.words[int(number)] for number in picked)

    def _nouns(self, random: Random) -> str:
        picked = random.integers(len(self.nouns), size=int(random.integers(1, 6)))
        phrase = " ".join(self.nouns[int(n)] + _PARTICLES[int(random.integers(len(_PARTICLES)))] for n in picked)
        return self.slots.fill(phrase, random)

    def _syllables(self, random: Random) -> str:
        words = []
        for _ in range(int(random.integers(1, 6))):
            picked = random.integers(len(self.known_syllables), size=int(random.integers(1, 5)))
            words.append("".join(self.known_syllables[int(number)] for number in picked))
        return " ".join(words)
