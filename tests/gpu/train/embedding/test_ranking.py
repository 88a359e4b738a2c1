import numpy as np
import pytest

torch = pytest.importorskip("torch")

from gpu.train.embedding.calibration import Case  # noqa: E402
from gpu.train.embedding.ranking import HIDDEN, _Layers, _logistic, _Ranker, _stacked  # noqa: E402
from kb.features import COUNTS, KNOWN, NAMES  # noqa: E402
from kb.ranking import COMPARED, read_ranking  # noqa: E402

RANDOM = np.random.default_rng(3)


def stored(ranker: _Ranker) -> dict[str, object]:
    worth = [1.0] * len(NAMES)
    layers = {"entry": ranker.entry.stored(), "nothing": ranker.nothing.stored()}
    return {"worth": worth, "evidence": [], "refusal": 0.0, **layers}


def ranker() -> _Ranker:
    torch.manual_seed(1)
    made = _Ranker()
    for layers in (made.entry, made.nothing):  # fresh ones have no straight way and no offset yet
        torch.nn.init.normal_(layers.straight_)
        torch.nn.init.normal_(layers.offset)
    return made


def case(entries: int, gold: int | None) -> Case:
    features = RANDOM.random((entries, len(NAMES)), dtype=np.float32)
    return Case("?", features, RANDOM.random(len(KNOWN), dtype=np.float32), gold)


@pytest.mark.parametrize("entries", [1, 5, COMPARED, 60])
def test_what_is_stored_says_what_was_trained(entries: int) -> None:
    trained, asked = ranker(), case(entries, None)
    ranking = read_ranking(stored(trained))
    features, there, known, gold = _stacked([asked], ranking.worth)
    with torch.no_grad():
        choices = trained(features, there, known)[0].numpy()
    likely = np.argsort(-ranking.quick_scores(asked.features), kind="stable")[:COMPARED]
    scores, nothing = ranking.scores(asked.features[likely], asked.known)
    np.testing.assert_allclose(choices[: len(likely)], scores, atol=2e-3)
    assert choices[COMPARED] == pytest.approx(nothing, abs=2e-3)
    assert gold.tolist() == [COMPARED]


def test_a_score_never_falls_when_more_speaks_for_it() -> None:
    layers, trained = ranker().entry, ranker()
    shown = torch.tensor(RANDOM.normal(size=(200, 3 * len(NAMES))).astype(np.float32))
    more = shown + torch.tensor(RANDOM.random(shown.shape, dtype=np.float32)) * (torch.rand(shown.shape) < 0.2)
    with torch.no_grad():
        assert (layers(more) >= layers(shown) - 1e-5).all()
    known = len(KNOWN)
    whole = torch.tensor(RANDOM.normal(size=(200, known + 2 * len(NAMES))).astype(np.float32))
    better = whole.clone()
    counted = [number for number, name in enumerate(KNOWN) if name not in COUNTS]
    falling = [*counted, *range(known, known + len(NAMES))]
    better[:, falling] += 0.3
    with torch.no_grad():
        assert (trained.nothing(better) <= trained.nothing(whole) + 1e-5).all(), "and nothing is likelier then"


def test_what_has_no_direction_counts_only_straight() -> None:
    torch.manual_seed(2)
    layers = _Layers(torch.zeros(4))
    with torch.no_grad():
        layers.straight_.copy_(torch.tensor([1.0, -2.0, 0.0, 3.0]))
        base = layers(torch.zeros(1, 4))
        moved = layers(torch.eye(4))
    np.testing.assert_allclose((moved - base).numpy(), [1, -2, 0, 3], atol=1e-5)
    assert len(layers.bias) == HIDDEN


def test_cases_whose_answer_is_out_of_reach_teach_nothing() -> None:
    worth = np.ones(len(NAMES), np.float32)
    reachable, out_of_reach = case(60, None), case(60, None)
    best = np.argsort(-(reachable.features @ worth))
    asked = [
        Case("?", reachable.features, reachable.known, int(best[2])),
        Case("?", reachable.features, reachable.known, int(best[-1])),
        out_of_reach,
    ]
    assert _stacked(asked, worth)[3].tolist() == [2, COMPARED]


def test_the_refusal_finds_what_tells_right_from_wrong() -> None:
    table = np.column_stack([RANDOM.normal(size=400), RANDOM.normal(size=400), np.ones(400)])
    right = table[:, 0] + 0.3 * RANDOM.normal(size=400) > 0.5
    weights = _logistic(table, right)
    assert weights[0] > 5 * abs(weights[1]) and weights[2] < 0
    assert ((table @ weights > 0) == right).mean() > 0.85
