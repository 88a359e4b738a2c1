"""The cases that confidence is measured on: through the index, with some entries left out."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch: pip install aicc[train]")

from gpu.train.embedding import calibration  # noqa: E402
from gpu.train.embedding.calibration import Case, cases, for_any_embedding  # noqa: E402
from gpu.train.embedding.export import export  # noqa: E402
from kb.embedding.lexicon import Lexicon  # noqa: E402
from kb.features import KNOWN, LEXICAL, NAMES  # noqa: E402
from tests.gpu.train.embedding.toy import (  # noqa: E402
    BANK,
    MALL,
    ORGANISATIONS,
    SHOP,
    SMALL_TALK,
    toy_network,
    toy_vocabulary,
)


@pytest.fixture(scope="module")
def lexicon(tmp_path_factory: pytest.TempPathFactory) -> Lexicon:
    path: Path = tmp_path_factory.mktemp("toy") / "lexicon.npz"
    vocabulary = toy_vocabulary()
    export(toy_network(vocabulary), vocabulary, path)
    return Lexicon(path)


def made(lexicon: Lexicon, seed: int = 0) -> list[Case]:
    return list(cases(lexicon, [SHOP, MALL], ORGANISATIONS, SMALL_TALK, np.random.default_rng(seed)))


def test_every_wording_is_asked_and_some_of_what_others_are_asked(
    lexicon: Lexicon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibration, "LEFT_OUT_SHARE", 0)
    monkeypatch.setattr(calibration, "FOREIGN_SHARE", 0.2)
    monkeypatch.setattr(calibration, "MISHEARD_SHARE", 0)
    found = made(lexicon)
    items = [*SHOP.items, *MALL.items]
    wordings = {wording: number for number, item in enumerate(items) for wording in item.wordings}
    asked = {case.asked: case.gold for case in found}
    assert {text: asked[text] for text in wordings} == wordings
    answerable = sum(case.gold is not None for case in found)
    assert answerable == len(wordings) + len(items)
    unanswered = {*SHOP.unanswered, *MALL.unanswered}
    refused = [case.asked for case in found if case.gold is None]
    assert unanswered <= set(refused)
    foreign = [text for text in refused if text not in unanswered]
    assert len(foreign) == int(0.2 * (answerable + len(unanswered)))
    assert set(foreign) <= {text for item in BANK.items for text in item.wordings} | set(SMALL_TALK)
    for case in found:
        assert case.features.shape == (len(items), len(NAMES)) and case.known.shape == (len(KNOWN),)


def test_a_question_whose_entry_is_left_out_is_answered_by_none(
    lexicon: Lexicon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibration, "LEFT_OUT_SHARE", 0.4)
    monkeypatch.setattr(calibration, "MISHEARD_SHARE", 0)
    found = made(lexicon)
    items = [*SHOP.items, *MALL.items]
    entries = len(found[0].features)
    assert 0 < entries < len(items)
    left_out = [item for item in items if next(case for case in found if case.asked == item.wordings[0]).gold is None]
    assert len(left_out) == len(items) - entries
    kept = {case.gold for case in found if case.gold is not None}
    assert kept == set(range(entries))
    known = {case.asked: case.known for case in found}
    assert known[left_out[0].wordings[0]][0] <= 1


def test_the_seed_decides(lexicon: Lexicon) -> None:
    one, same, other = made(lexicon), made(lexicon), made(lexicon, 1)
    assert [case.asked for case in one] == [case.asked for case in same] != [case.asked for case in other]
    assert all(np.array_equal(a.features, b.features) for a, b in zip(one, same, strict=True))


def test_any_embedding_has_no_vectors_of_morphemes_and_likenesses_without_a_scale(lexicon: Lexicon) -> None:
    case = made(lexicon)[0]
    reduced = for_any_embedding(case)
    assert (reduced.asked, reduced.gold) == (case.asked, case.gold)
    for number, name in enumerate(NAMES):
        if name in LEXICAL:
            assert np.array_equal(reduced.features[:, number], case.features[:, number])
        elif name.endswith("likeness"):
            assert abs(reduced.features[:, number].mean()) < 1e-5
        else:
            assert not reduced.features[:, number].any()
    assert not reduced.known.any(), "as the index has it for other embeddings"
    warmer = Case(case.asked, (case.features * 2 + 3).astype(np.float32), case.known, case.gold)
    likenesses = [number for number, name in enumerate(NAMES) if name.endswith("likeness")]
    assert for_any_embedding(warmer).features[:, likenesses] == pytest.approx(reduced.features[:, likenesses], abs=0.02)
