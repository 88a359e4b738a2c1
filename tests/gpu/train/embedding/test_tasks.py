"""What a training step sees."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch: pip install aicc[train]")

from gpu.train.embedding.tasks import ASKED_AT_ONCE, foreign_to, of, task  # noqa: E402
from kb.jamo import grams  # noqa: E402
from kb.korean import content  # noqa: E402
from kb.postings import Postings, numbered  # noqa: E402
from tests.gpu.train.embedding.toy import (  # noqa: E402
    BANK,
    MALL,
    ORGANISATIONS,
    SHOP,
    SMALL_TALK,
    texts_of,
    toy_vocabulary,
)


def test_foreign_is_what_other_trades_are_asked_and_small_talk() -> None:
    foreign = foreign_to([MALL], ORGANISATIONS, SMALL_TALK * 10)
    wordings = [text for item in BANK.items for text in item.wordings]
    assert foreign[: len(wordings)] == wordings
    assert set(foreign[len(wordings) :]) <= set(SMALL_TALK) and len(foreign) < 2 * len(wordings)
    assert not set(foreign) & {*texts_of(SHOP), *texts_of(MALL)}, "another shop is asked the same things"


def test_each_wording_asks_for_its_entry() -> None:
    vocabulary = toy_vocabulary()
    made = of(
        [("택배 보내는 데 얼마 들어요", 0), ("이율 좀 알려 주세요", 1)],
        [("배송비는?", "무료"), ("금리는?", "연 4")],
        vocabulary,
    )
    assert made.gold.tolist() == [0, 1]
    assert made.lexical.shape == (2, 2, 4)
    assert len(made.asked.morphemes) == len(made.questions.morphemes) == len(made.answers.morphemes) == 2


def test_words_and_letters_are_those_of_the_search() -> None:
    entries = [(item.question, item.answer) for item in SHOP.items]
    asked = "배송비 얼마예요"
    [found] = of([(asked, 0)], entries, toy_vocabulary()).lexical.numpy()
    wholes = [f"{question} {answer}" for question, answer in entries]
    words = [Postings([numbered(content(text)) for text in texts]) for texts in ([q for q, _ in entries], wholes)]
    spelled = [Postings([grams(text) for text in texts]) for texts in ([q for q, _ in entries], wholes)]
    expected = [postings.shares(numbered(content(asked))) for postings in words]
    expected += [postings.shares(grams(asked)) for postings in spelled]
    assert np.allclose(found.T, np.stack(expected))
    assert found[0].min() > found[1:].max()


def test_a_random_task_asks_for_all_entries_of_both() -> None:
    vocabulary = toy_vocabulary()
    made = task([SHOP, BANK], vocabulary, np.random.default_rng(0))
    items = len(SHOP.items) + len(BANK.items)
    wordings = sum(1 + len(item.wordings) for item in (*SHOP.items, *BANK.items))
    assert len(made.questions.morphemes) == len(made.answers.morphemes) == items
    assert len(made.gold) == min(wordings, ASKED_AT_ONCE) == len(made.asked.morphemes)
    assert set(made.gold.tolist()) == set(range(items))
    again = task([SHOP, BANK], vocabulary, np.random.default_rng(0))
    assert torch.equal(made.asked.morphemes, again.asked.morphemes) and torch.equal(made.lexical, again.lexical)
    other = task([SHOP, BANK], vocabulary, np.random.default_rng(1))
    assert not torch.equal(made.gold, other.gold)
