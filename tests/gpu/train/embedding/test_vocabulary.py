"""Texts as numbers of morphemes."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch: pip install aicc[train]")

from gpu.train.embedding.vocabulary import UNSEEN, Vocabulary  # noqa: E402
from kb.embedding.lexicon import terms  # noqa: E402
from kb.korean import Morpheme  # noqa: E402
from tests.gpu.train.embedding.toy import DIMENSIONS, TEXTS, toy_likeness, toy_vocabulary  # noqa: E402


def test_a_text_is_the_row_of_its_morphemes_padded() -> None:
    vocabulary = toy_vocabulary()
    texts = vocabulary.texts(["환불은 언제 되나요?", "환불"])
    assert texts.morphemes.shape == texts.tags.shape == (2, len(terms("환불은 언제 되나요?")))
    read = [vocabulary.morphemes[number] for number in texts.morphemes[0]]
    assert read == terms("환불은 언제 되나요?")
    assert [vocabulary.tags[tag] for tag in texts.tags[0]] == [morpheme.tag for morpheme in read]
    assert texts.morphemes[1, 0] == texts.morphemes[0, 0]
    assert set(texts.morphemes[1, 1:].tolist()) == {-1}


def test_what_it_does_not_have_and_what_says_nothing_is_unseen() -> None:
    vocabulary = toy_vocabulary()
    assert vocabulary.texts(["쀍뚧"]).morphemes.unique().tolist() == [UNSEEN]
    assert vocabulary.texts(["?!"]).morphemes.tolist() == [[UNSEEN]]
    assert vocabulary.texts([""]).morphemes.tolist() == [[UNSEEN]]


def test_what_is_read_comes_first_then_the_most_frequent_up_to_the_size() -> None:
    known = toy_likeness("기차표를 예매하다")
    read = {morpheme for text in TEXTS for morpheme in terms(text)}
    vocabulary = Vocabulary(known, TEXTS, len(known.morphemes) + 1)
    assert vocabulary.seen == 1 + len(read)
    assert set(vocabulary.morphemes[1 : vocabulary.seen]) == read
    assert len(set(vocabulary.morphemes)) == len(vocabulary.morphemes)
    assert Morpheme("기차표", "NNG") in vocabulary.morphemes[vocabulary.seen :]
    small = Vocabulary(known, TEXTS[:3], 5)
    assert len(small.morphemes) == small.seen > 5, "whatever is read is in it"


def test_training_starts_where_kiwi_has_the_words() -> None:
    known = toy_likeness()
    vocabulary = Vocabulary(known, [*TEXTS, "쀍뚧"], len(known.morphemes) + 1)
    vectors = vocabulary.vectors()
    assert vectors.shape == (len(vocabulary.morphemes), DIMENSIONS) and vectors.dtype == np.float32
    refund = Morpheme("환불", "NNG")
    expected = known.vectors[known.morphemes.index(refund)]
    assert np.array_equal(vectors[vocabulary.morphemes.index(refund)], expected)
    strange = next(at for at, morpheme in enumerate(vocabulary.morphemes) if "쀍" in morpheme.form)
    assert np.allclose(np.linalg.norm(vectors[[UNSEEN, strange]], axis=1), 1)  # some direction, for zero never moves


def test_a_word_of_the_same_form_stands_in() -> None:
    known = toy_likeness()
    renamed = [Morpheme(form, "NNP" if form == "환불" else tag) for form, tag in known.morphemes]
    vocabulary = Vocabulary(type(known)(renamed, known.vectors), TEXTS, len(renamed) + 1)
    at = vocabulary.morphemes.index(Morpheme("환불", "NNG"))
    assert np.array_equal(vocabulary.vectors()[at], known.vectors[renamed.index(Morpheme("환불", "NNP"))])


def test_content_is_told_by_tag() -> None:
    vocabulary = toy_vocabulary()
    told = dict(zip(vocabulary.tags, vocabulary.is_content(), strict=True))
    assert told["NNG"] and told["VV"] and not told["JX"] and not told["EF"]
