"""The model in training: morphemes' vectors and weights, and what each channel of the search is worth."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from kb.features import LEXICAL, NAMES

CONTENT_WEIGHT, OTHER_WEIGHT = 0.0, -2.0  # ln of a morpheme's weight before training


@dataclass(frozen=True, slots=True)
class Texts:
    """Morphemes of texts as numbers of the vocabulary, -1 behind the last, and their tags': (texts, longest)."""

    morphemes: Tensor
    tags: Tensor

    def dropped(self, share: float) -> "Texts":
        """With a share of the morphemes left out, never the first."""
        gone = torch.rand(self.morphemes.shape) < share
        gone[:, 0] = False
        return Texts(self.morphemes.masked_fill(gone, -1), self.tags)


@dataclass(frozen=True, slots=True)
class _Read:
    vectors: Tensor
    weights: Tensor
    there: Tensor

    @property
    def mean(self) -> Tensor:
        return functional.normalize((self.vectors * self.weights[..., None]).sum(1), dim=-1)

    def beside(self, other: "_Read") -> "_Read":
        return _Read(
            torch.cat([self.vectors, other.vectors], 1),
            torch.cat([self.weights, other.weights], 1),
            torch.cat([self.there, other.there], 1),
        )


class Network(nn.Module):
    """``likeness`` is where it starts from, (vocabulary, 256).

    Training turns the space, which is for all words, and moves the first ``seen`` of them, those of its texts.
    """

    def __init__(self, likeness: Tensor, is_content: list[bool], seen: int) -> None:
        super().__init__()
        dimensions = likeness.shape[1]
        self.likeness = nn.Parameter(likeness, requires_grad=False)
        self._rest = seen
        self.moved = nn.Embedding(seen + 1, dimensions, padding_idx=seen)
        nn.init.zeros_(self.moved.weight)
        self.turn = nn.Linear(dimensions, dimensions, bias=False)
        nn.init.eye_(self.turn.weight)
        self.of_tag = nn.Parameter(
            torch.tensor([CONTENT_WEIGHT if content else OTHER_WEIGHT for content in is_content])
        )
        self.of_word = nn.Embedding(seen + 1, 1, padding_idx=seen)
        nn.init.zeros_(self.of_word.weight)
        self.worth = nn.Parameter(torch.tensor([3.0 if name in LEXICAL else 4.0 for name in NAMES]))

    def read(self, texts: Texts) -> _Read:
        there = texts.morphemes >= 0
        numbers = texts.morphemes.clamp(min=0)
        seen = numbers.clamp(max=self._rest)
        vectors = functional.normalize(self.turn(self.likeness[numbers] + self.moved(seen)), dim=-1)
        weights = torch.exp(self.of_tag[texts.tags] + self.of_word(seen)[..., 0]) * there
        return _Read(vectors * there[..., None], weights, there)

    def features(self, asked: Texts, questions: Texts, answers: Texts, lexical: Tensor) -> Tensor:
        """What speaks for each of the entries, (asked, entries, features); ``lexical`` is (asked, entries, 4)."""
        ask, question, answer = self.read(asked), self.read(questions), self.read(answers)
        whole = question.beside(answer)
        soft = [ask.mean @ of.mean.T for of in (question, answer, whole)]
        soft += [*_covered(ask, question), *_covered(ask, whole)]
        return torch.cat([torch.stack(soft, -1), lexical], -1)

    def scores(self, features: Tensor) -> Tensor:
        return features @ self.worth


def _covered(ask: _Read, text: _Read) -> tuple[Tensor, Tensor]:
    """As ``kb.soft_match``: shares covered of what is asked, and of the text; (asked, texts) each."""
    likeness = torch.einsum("qid,tjd->qtij", ask.vectors, text.vectors)
    best = likeness.masked_fill(~text.there[None, :, None, :], -1).amax(3)
    of_ask = (best * ask.weights[:, None]).sum(-1) / ask.weights.sum(1)[:, None]
    best = likeness.masked_fill(~ask.there[:, None, :, None], -1).amax(2)
    of_text = (best * text.weights[None]).sum(-1) / text.weights.sum(1)[None]
    return of_ask, of_text
