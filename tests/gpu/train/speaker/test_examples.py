"""Crops down bad lines, and the teacher's places for them."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch: pip install aicc[train]")

from assist.speaker.ecapa import EMBEDDING_SIZE  # noqa: E402
from assist.speaker.features import BANDS  # noqa: E402
from gpu.train.speaker import examples as module  # noqa: E402
from gpu.train.speaker.examples import CROPS, LONGEST_S, SHORTEST_S, Examples, Space, masked  # noqa: E402
from gpu.train.speaker.network import STRIDE  # noqa: E402
from gpu.train.speaker.teacher import FIRST, LAYERS, SIZE, WIDTH, Heard, Teacher, mel_energies  # noqa: E402
from gpu.train.speaker.voices import Voices  # noqa: E402
from tests.gpu.train.speaker.toy import toy_speakers  # noqa: E402


@pytest.fixture
def speakers(monkeypatch) -> list[np.ndarray]:
    monkeypatch.setattr(module, "BABBLERS", 3)
    return toy_speakers(4)


@pytest.fixture(scope="module")
def judge() -> Teacher:
    torch.manual_seed(0)
    return Teacher().eval()


SPACE = Space.of(torch.randn(300, SIZE, generator=torch.Generator().manual_seed(0)).relu())


def test_places_are_the_teachers_likenesses_about_their_mean():
    generator = torch.Generator().manual_seed(0)
    embeddings = torch.nn.functional.normalize(torch.randn(40, SIZE, generator=generator).relu(), dim=1)
    places = Space.of(embeddings).places(embeddings)
    assert places.shape == (40, EMBEDDING_SIZE)
    centred = torch.nn.functional.normalize(embeddings - embeddings.mean(0), dim=1)
    assert torch.allclose(places @ places.T, centred @ centred.T, atol=1e-4)
    assert (embeddings @ embeddings.T).min() > 0.1 and (places @ places.T).min() < 0


def test_one_seed_makes_one_batch(speakers, judge):
    one, other = (Examples(Voices(speakers), judge, 2 * CROPS, seed=3).batch(SPACE) for _ in range(2))
    assert torch.equal(one.frames, other.frames) and torch.equal(one.places, other.places)
    different = Examples(Voices(speakers), judge, 2 * CROPS, seed=4).batch(SPACE)
    assert not torch.equal(one.places, different.places)


def test_a_voice_is_heard_down_several_lines_and_has_one_place(speakers, judge):
    batch = Examples(Voices(speakers), judge, 3 * CROPS, seed=3).batch(SPACE)
    rows, frames, bands = batch.frames.shape
    assert (rows, bands) == (3 * CROPS, BANDS)
    assert SHORTEST_S * 100 <= frames <= LONGEST_S * 100
    assert batch.states.shape == (rows, frames // STRIDE, LAYERS, WIDTH)
    assert batch.frames.isfinite().all()
    assert torch.allclose(batch.places.norm(dim=1), torch.ones(rows), atol=1e-4)
    assert torch.equal(batch.places[0], batch.places[CROPS - 1])
    assert not torch.allclose(batch.places[0], batch.places[CROPS])
    assert not torch.equal(batch.frames[0], batch.frames[1])


def test_states_are_of_the_moment_that_is_heard(speakers, judge, monkeypatch):
    """A teacher whose state is how loud it is, over lines that do nothing: both rise and fall together."""

    class Loudness:
        def hear(self, sounds):
            frames = [mel_energies(sound).sum(axis=1)[FIRST:400] for sound in sounds]
            states = torch.from_numpy(np.log(np.stack(frames) + 1e-9)).float()
            return Heard(torch.zeros(len(sounds), SIZE), states[:, :, None, None].expand(-1, -1, LAYERS, WIDTH))

    monkeypatch.setattr(module, "masked", lambda frames, random: frames)
    examples = Examples(Voices(speakers), Loudness(), 4 * CROPS, seed=3)
    monkeypatch.setattr(examples, "_line", lambda sound, random: sound)
    batch = examples.batch(SPACE)
    loud = batch.frames.mean(2)[:, ::STRIDE].numpy()
    for row, state in zip(loud, batch.states[:, :, 0, 0].numpy(), strict=True):
        likeness = [np.corrcoef(np.roll(row, shift)[5:-5], state[5:-5])[0, 1] for shift in range(-3, 4)]
        assert int(np.argmax(likeness)) == 3 and likeness[3] > 0.8


def test_batches_are_made_beside_the_training_and_end_with_it(speakers, judge):
    expected = Examples(Voices(speakers), judge, CROPS, seed=3).batch(SPACE)
    examples = Examples(Voices(speakers), judge, CROPS, seed=3)
    batches = examples.batches(SPACE)
    assert torch.equal(next(batches).frames, expected.frames)
    batches.close()
    assert examples._stop.is_set()


def test_a_survey_is_of_the_voices_to_come(speakers, judge):
    examples = Examples(Voices(speakers), judge, CROPS, seed=3)
    space = examples.survey(6)
    assert space.mean.shape == (SIZE,) and space.axes.shape == (SIZE, 6)
    assert torch.allclose(space.axes.T @ space.axes, torch.eye(6), atol=1e-4)


def test_masks_are_small_and_hit_time_and_bands():
    frames = masked(np.ones((200, 100, BANDS), np.float32), np.random.default_rng(0))
    hidden = 1 - frames.mean(axis=(1, 2))
    assert hidden.max() < 0.4 and 0.1 < hidden.mean() < 0.25
    assert (frames == 0).all(axis=2).any() and (frames == 0).all(axis=1).any()
