"""Equal error rate, detection cost, and lists of trials."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.speaker.trials import det_points, eer, min_dcf, read_trials


def test_a_perfect_system_makes_no_error():
    assert eer([0.9, 0.8, 0.2, 0.1], [1, 1, 0, 0]) == 0.0
    assert min_dcf([0.9, 0.8, 0.2, 0.1], [1, 1, 0, 0]) == 0.0


def test_a_system_that_has_it_the_wrong_way_round_is_always_wrong():
    assert eer([0.1, 0.2, 0.8, 0.9], [1, 1, 0, 0]) == 1.0


def test_one_of_four_each_way_is_a_quarter():
    scores = [0.9, 0.8, 0.7, 0.3, 0.6, 0.2, 0.1, 0.0]
    assert eer(scores, [1, 1, 1, 1, 0, 0, 0, 0]) == pytest.approx(0.25)


def test_a_system_that_hears_nothing_is_wrong_half_the_time_and_costs_1():
    labels = [1, 0, 1, 0, 0]
    assert eer(np.zeros(5), labels) == pytest.approx(0.5)
    assert min_dcf(np.zeros(5), labels) == pytest.approx(1.0)


def test_two_bells_meet_where_theory_says():
    """Normal scores one deviation apart on either side: EER = Phi(-1) = 15.87 %."""
    random = np.random.default_rng(0)
    scores = np.concatenate([random.normal(1, 1, 40_000), random.normal(-1, 1, 40_000)])
    labels = np.repeat([1, 0], 40_000)
    assert eer(scores, labels) == pytest.approx(0.1587, abs=0.003)


def test_cost_by_hand():
    """Best threshold above the first wrong one: one of four missed, nothing let in, a miss share of 0.25."""
    scores = [0.9, 0.8, 0.7, 0.3, 0.6, 0.2, 0.1, 0.0]
    assert min_dcf(scores, [1, 1, 1, 1, 0, 0, 0, 0]) == pytest.approx(0.25)
    assert min_dcf(scores, [1, 1, 1, 1, 0, 0, 0, 0], p_target=0.5, c_miss=10) == pytest.approx(0.25)


scored = st.lists(st.tuples(st.integers(-5, 5), st.booleans()), min_size=2, max_size=40).filter(
    lambda rows: 0 < sum(same for _, same in rows) < len(rows)
)


@given(scored)
def test_rates_go_from_nobody_to_everybody(rows):
    scores, labels = zip(*rows, strict=True)
    accepted, rejected = det_points(scores, labels)
    assert (accepted[0], rejected[0], accepted[-1], rejected[-1]) == (0, 1, 1, 0)
    assert (np.diff(accepted) >= 0).all() and (np.diff(rejected) <= 0).all()
    assert len(accepted) == len(set(scores)) + 1


@given(scored, st.randoms())
def test_figures_do_not_depend_on_order_or_scale(rows, random):
    shuffled = random.sample(rows, len(rows))
    scores, labels = map(np.array, zip(*rows, strict=True))
    other_scores, other_labels = map(np.array, zip(*shuffled, strict=True))
    assert eer(scores, labels) == eer(3 * other_scores + 7, other_labels)
    assert min_dcf(scores, labels) == min_dcf(3 * other_scores + 7, other_labels)


@pytest.mark.parametrize("labels", [[1, 1], [0, 0], []])
def test_one_kind_of_trial_has_no_error_rate(labels):
    with pytest.raises(ValueError, match="both labels"):
        eer(np.zeros(len(labels)), labels)


def test_paths_are_beside_the_list_or_here(tmp_path, monkeypatch):
    (tmp_path / "lists").mkdir()
    (tmp_path / "here").mkdir()
    (tmp_path / "lists/a.wav").touch()
    (tmp_path / "here/b.wav").touch()
    monkeypatch.chdir(tmp_path / "here")
    listed = tmp_path / "lists/trials.tsv"
    listed.write_text(f"1\ta.wav\tb.wav\n\n0\tb.wav\t{tmp_path / 'lists/a.wav'}\r\n", encoding="utf-8")
    trials = read_trials(listed)
    assert [trial.is_same for trial in trials] == [True, False]
    assert trials[0].path_a == trials[1].path_b == tmp_path / "lists/a.wav"
    assert trials[0].path_b.samefile(tmp_path / "here/b.wav")


@pytest.mark.parametrize(
    "line", ["1 a.wav a.wav", "2\ta.wav\ta.wav", "1\ta.wav", "1\ta.wav\ta.wav\tmore", "1\ta.wav\tgone.wav"]
)
def test_a_broken_line_is_named(tmp_path, line):
    (tmp_path / "a.wav").touch()
    listed = tmp_path / "trials.tsv"
    listed.write_text(f"1\ta.wav\ta.wav\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"trials\.tsv:2: .*(label|gone\.wav)"):
        read_trials(listed)


def test_a_list_of_nothing_and_one_that_is_no_text(tmp_path):
    listed = tmp_path / "trials.tsv"
    listed.write_text("\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no trials"):
        read_trials(listed)
    listed.write_bytes(b"1\t\xff\xfe\ta.wav\n")
    with pytest.raises(ValueError, match="UTF-8"):
        read_trials(listed)
