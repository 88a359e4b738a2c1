"""Training in small."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch: pip install aicc[train]")

from assist.speaker.ecapa import EMBEDDING_SIZE  # noqa: E402
from assist.speaker.features import BANDS  # noqa: E402
from gpu.train.speaker import examples, training  # noqa: E402
from gpu.train.speaker.examples import Batch  # noqa: E402
from gpu.train.speaker.network import Network, Shape  # noqa: E402
from gpu.train.speaker.teacher import LAYERS, WIDTH, Teacher  # noqa: E402
from gpu.train.speaker.training import CHECKPOINT, Hints, Plan, Trainer  # noqa: E402
from tests.gpu.train.speaker.toy import toy_speakers  # noqa: E402

SMALL = Shape(channels=16, scale=4, joined=24, squeeze=8, attention=8)
PLAN = Plan(batch=6, check_minutes=1e9)


def trainer(folder: Path, plan: Plan = PLAN) -> Trainer:
    torch.manual_seed(0)
    return Trainer(plan, toy_speakers(3), toy_speakers(2), Teacher().eval(), folder)


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(training, "Network", lambda: Network(SMALL))
    monkeypatch.setattr(examples, "BABBLERS", 2)
    monkeypatch.setattr(examples.Examples.survey, "__defaults__", (6,))


def some_batch() -> Batch:
    generator = torch.Generator().manual_seed(1)
    places = torch.nn.functional.normalize(torch.randn(6, EMBEDDING_SIZE, generator=generator), dim=1)
    states = torch.randn(6, 20, LAYERS, WIDTH, generator=generator)
    return Batch(torch.randn(6, 40, BANDS, generator=generator), places, states)


def test_the_rate_goes_up_and_down_to_nearly_nothing():
    plan = Plan()
    rates = [plan.learning_rate(done) for done in np.linspace(0, 1, 201)]
    assert rates[0] < 0.05 * plan.peak_rate and rates[-1] < 0.01 * plan.peak_rate
    assert max(rates) == pytest.approx(plan.peak_rate, rel=0.02)
    assert rates[7:] == sorted(rates[7:], reverse=True)


def test_steps_bring_the_student_nearer_to_the_teacher_and_the_average_after_it(tmp_path):
    run, batch = trainer(tmp_path), some_batch()
    before = run.averaged.embed.weight.clone()
    losses = [run._step(batch) for _ in range(20)]
    assert losses[-1][0] < losses[0][0] - 0.15 and losses[-1][1] < losses[0][1]
    assert not torch.equal(run.averaged.embed.weight, before)
    assert not torch.equal(run.averaged.embed.weight, run._student.embed.weight)


def test_hints_are_missed_by_all_of_what_they_vary_by_or_not_at_all():
    """A block that holds a layer's states, and one that holds nothing."""
    states = 3 * torch.randn(4, 30, LAYERS, WIDTH, generator=torch.Generator().manual_seed(0)) + 5
    standing = (states - states.mean(dim=(0, 1))) / states.std(dim=(0, 1))
    outputs = [standing[:, :, layer].transpose(1, 2) for layer in range(LAYERS)]
    hints = Hints(WIDTH)
    with torch.no_grad():
        for reading in hints.readings:
            reading.weight.copy_(torch.eye(WIDTH)[:, :, None])
            reading.bias.zero_()
        assert float(hints(outputs, states)) < 1e-6
        assert float(hints([torch.zeros_like(output) for output in outputs], states)) == pytest.approx(1.0, abs=0.01)


def test_a_run_that_was_left_goes_on_where_it_was(tmp_path):
    left, batch = trainer(tmp_path), some_batch()
    for _ in range(3):
        left._step(batch)
        left.progress.step += 1
    left.keep()
    taken_up = trainer(tmp_path)
    taken_up.resume()
    assert taken_up.progress == left.progress and taken_up.progress.step == 3
    assert torch.equal(taken_up._space.axes, left._space.axes)
    assert taken_up._step(batch) == pytest.approx(left._step(batch), abs=0.02)


def test_training_ends_with_its_minutes_and_leaves_a_checkpoint(tmp_path):
    plan = Plan(minutes=0.01, batch=6, check_minutes=1e9)
    run = trainer(tmp_path, plan)
    run.train()
    assert run.progress.minutes >= plan.minutes and run.progress.crops == 6 * run.progress.step > 0
    assert (tmp_path / CHECKPOINT).is_file()
    found = run.generalization()
    assert 0 <= found.away <= 2 and 0 <= found.telephone_eer <= 1 and 0 <= found.bad_line_eer <= 1
