"""The training of the bundled recognizer, in small."""

import os
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch: pip install aicc[train]")

from gpu.train.recognizer import export, language  # noqa: E402
from gpu.train.recognizer.augment import (  # noqa: E402
    coloured,
    draw_losses,
    lose_packets,
    mix_at,
    through_g711,
)
from gpu.train.recognizer.network import Network  # noqa: E402
from gpu.train.recognizer.sentences import CORPUS, LONGEST, Sentences, contact_centre_lines, syllables  # noqa: E402
from gpu.train.recognizer.slots import Slots  # noqa: E402
from gpu.train.recognizer.speech import PHONES, Studio, pad  # noqa: E402
from gpu.train.recognizer.training import CHECKPOINT, Plan, losses, train  # noqa: E402
from voicebot.audio import level_dbfs  # noqa: E402
from voicebot.stt import features, tokens  # noqa: E402
from voicebot.stt.ngram import START, NGram  # noqa: E402

DATA = Path(os.environ.get("AICC_TRAINING_DATA", Path(__file__).parents[3] / "../shared/data"))
needs_data = pytest.mark.skipif(not (DATA / "text").is_dir(), reason=f"no training data in {DATA}: AICC_TRAINING_DATA")


@needs_data
def test_every_corpus_line_can_be_said_and_spelled() -> None:
    slots, random = Slots(DATA), np.random.default_rng(0)
    lines = contact_centre_lines()
    assert len(lines) > 7_000 and len(list(CORPUS.glob("*.txt"))) >= 6
    for line in lines:
        filled = slots.fill(line, random)
        assert not set(filled) & set("{}()/"), line
        assert tokens.decode(tokens.encode(filled)) == filled


@needs_data
def test_particles_follow_the_word_they_are_put_to() -> None:
    slots, random = Slots(DATA), np.random.default_rng(0)
    for _ in range(50):
        word, rest = (
            slots.fill("{name}(이라고/라고)", random)[:3],
            slots.fill("서울(으로/로) 강남(으로/로) 부산(은/는)", random),
        )
        assert len(word) == 3
        assert rest == "서울로 강남으로 부산은"


@needs_data
def test_sentences_are_the_seeds_and_never_the_test_sets() -> None:
    unspoken = frozenset({"해지하고싶어요"})
    one, other = (Sentences(DATA, unspoken) for _ in range(2))
    first, second = (
        [sentences.draw(random) for _ in range(300)]
        for sentences, random in ((one, np.random.default_rng(5)), (other, np.random.default_rng(5)))
    )
    assert first == second
    assert all(syllables(sentence) + 1 >= 2 and syllables(sentence) <= LONGEST for sentence in first)
    # Cuts and chance may bring up a test sentence too: what was drawn above is forbidden now, and not drawn again.
    forbidden = frozenset(sentence.replace(" ", "") for sentence in first)
    careful, random = Sentences(DATA, forbidden), np.random.default_rng(5)
    assert not any(careful.draw(random).replace(" ", "") in forbidden for _ in range(300))


def test_the_line_does_what_it_says() -> None:
    random = np.random.default_rng(0)
    voice = 8_000 * np.sin(2 * np.pi * 300 * np.arange(16_000) / 8_000).astype(np.float32)
    noisy = mix_at(voice, coloured(random, 16_000, 1.0), 15)
    assert level_dbfs(voice) - level_dbfs(noisy - voice) == pytest.approx(15, abs=0.1)
    lost = draw_losses(random, 160_000, 0.03)
    assert lost.mean() == pytest.approx(0.03, abs=0.01)
    gone = lose_packets(voice, np.array([False, True, False]), conceal=False)
    assert not gone[160:320].any() and np.array_equal(gone[:160], voice[:160])
    assert level_dbfs(through_g711(voice) - voice) < level_dbfs(voice) - 35


@needs_data
def test_a_studio_speaks_what_it_spells() -> None:
    studio = Studio(DATA, 3, frozenset())
    utterance = studio.utterance()
    assert utterance.features.shape[1] == features.BANDS
    assert tokens.decode(utterance.tokens.tolist()).strip()
    assert 0 <= utterance.phones.max() < len(PHONES)
    batch = pad([utterance, studio.utterance()])
    assert batch.features.shape[0] == 2 and batch.token_counts.sum() == len(batch.tokens)


@pytest.mark.load
@needs_data
@pytest.mark.slow
def test_training_learns_resumes_and_exports_what_it_learned(tmp_path: Path) -> None:
    plan = Plan(steps=6, batch_seconds=20, warm_up=4)
    train(plan, DATA, tmp_path, frozenset())
    kept = torch.load(tmp_path / CHECKPOINT, weights_only=True)
    assert kept["step"] == 6 and kept["heard_s"] > 60
    network = train(Plan(steps=24, batch_seconds=20, warm_up=4), DATA, tmp_path, frozenset(), resume=True)
    assert torch.load(tmp_path / CHECKPOINT, weights_only=True)["step"] == 24
    studio = Studio(DATA, 9, frozenset())
    batch = pad([studio.utterance() for _ in range(6)])
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        before = losses(Network(len(PHONES)), batch, torch.device("cpu"), generator)
        after = losses(network, batch, torch.device("cpu"), generator)
    assert after[0] < 0.6 * before[0] and after[1] < before[1]
    export.export(network, tmp_path / "model.onnx")  # raises where the graph differs from the network
    assert (tmp_path / "model.onnx").stat().st_size < 8_000_000


def test_the_language_model_prefers_what_it_has_counted(tmp_path: Path) -> None:
    lines = ["요금이 나왔어요", "요금이 올랐어요", "요금을 냈어요"] * 10
    assert language.write(lines, tmp_path / "ngram.npz") > 50
    model = NGram(tmp_path / "ngram.npz")

    def likelihood(text: str) -> float:
        context, total = START, 0.0
        for token in tokens.encode(text):
            log, context = model.next(context, token)
            total += log
        return total

    assert likelihood("요금이 나왔어요") > likelihood("요그미 나왔어요") + 3
