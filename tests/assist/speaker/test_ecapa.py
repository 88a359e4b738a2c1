"""The bundled speaker embedding."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnxruntime
import pytest

from assist.speaker.ecapa import EMBEDDING_SIZE, LARGEST_BATCH, LONGEST_S, MODEL, BundledEcapa, EcapaUnavailable
from gpu.device import Device
from voicebot.audio import Samples, resample, to_int16

RATE_HZ = 8_000


@pytest.fixture(scope="module")
def ecapa() -> BundledEcapa:
    return BundledEcapa()


def buzz(pitch_hz: float, formants_hz: tuple[float, ...], seconds: float = 3.0, seed: int = 0) -> Samples:
    """A glottis of pulses and a vocal tract of resonances, syllables of different loudness."""
    random = np.random.default_rng(seed)
    time = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    glide = 1 + 0.1 * np.sin(2 * np.pi * 0.8 * time + random.uniform(0, 6))
    phase = 2 * np.pi * np.cumsum(pitch_hz * glide) / RATE_HZ
    sound = np.zeros(len(time))
    for n in range(1, int(3_600 / pitch_hz)):
        sound += np.sin(n * phase) * sum(1 / (1 + ((n * pitch_hz - formant) / 90) ** 2) for formant in formants_hz)
    syllables = np.clip(np.sin(2 * np.pi * 3.5 * time + random.uniform(0, 6)) + 0.5, 0, 1)
    return to_int16(3_000 * sound * syllables + random.normal(0, 20, len(time)))


def test_an_embedding_has_length_1(ecapa):
    embedding = ecapa.embed(buzz(120, (500, 1_500, 2_500)), RATE_HZ)
    assert embedding.shape == (EMBEDDING_SIZE,) == (ecapa.size,) and embedding.dtype == np.float32
    assert np.linalg.norm(embedding) == pytest.approx(1.0, abs=1e-5)


def test_like_voices_are_nearer_than_others(ecapa):
    low, high = (110, (450, 1_300, 2_300)), (230, (600, 1_800, 2_900))
    one, again, other = (
        ecapa.embed(buzz(*voice, seed=seed), RATE_HZ) for voice, seed in ((low, 0), (low, 1), (high, 2))
    )
    assert one @ again > one @ other + 0.3


def test_rate_and_level_matter_little(ecapa):
    voice = buzz(160, (500, 1_500, 2_500))
    plain = ecapa.embed(voice, RATE_HZ)
    for rate_hz in (16_000, 44_100, 48_000):
        assert plain @ ecapa.embed(resample(voice, RATE_HZ, rate_hz), rate_hz) > 0.98
    assert plain @ ecapa.embed((voice // 8).astype(np.int16), RATE_HZ) > 0.97


def test_a_batch_of_all_lengths_is_each_alone(ecapa):
    voice = buzz(140, (500, 1_500, 2_500), seconds=4)
    lengths = [1, 90, 800, 12_345, 24_000, 32_000, 24_001, 7]
    together = ecapa.embed_all([voice[:length] for length in lengths], RATE_HZ)
    assert together.shape == (len(lengths), EMBEDDING_SIZE)
    for length, row in zip(lengths, together, strict=True):
        assert np.allclose(row, ecapa.embed(voice[:length], RATE_HZ), atol=1e-4)


def test_more_than_a_batch(ecapa):
    many = [buzz(100 + n, (500, 1_500), seconds=0.3, seed=n) for n in range(LARGEST_BATCH + 3)]
    together = ecapa.embed_all(many, RATE_HZ)
    assert np.allclose(together[-1], ecapa.embed(many[-1], RATE_HZ), atol=1e-4)
    assert np.allclose(together[3], ecapa.embed(many[3], RATE_HZ), atol=1e-4)
    assert ecapa.embed_all([], RATE_HZ).shape == (0, EMBEDDING_SIZE)


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros(24_000, np.int16),
        np.full(24_000, 32_767, np.int16),
        np.full(24_000, -32_768, np.int16),
        np.tile(np.array([32_767, -32_768], np.int16), 12_000),
        np.zeros(1, np.int16),
        np.arange(800, dtype=np.int16),  # 0.1 s
    ],
    ids=["silence", "stuck high", "stuck low", "extremes", "one sample", "0.1 s"],
)
def test_no_sound_breaks_it(ecapa, sound):
    for rate_hz in (8_000, 48_000):
        embedding = ecapa.embed(sound, rate_hz)
        assert np.isfinite(embedding).all()
        assert np.linalg.norm(embedding) == pytest.approx(1.0, abs=1e-4)


def test_an_empty_sound_has_no_voice(ecapa):
    with pytest.raises(ValueError, match="empty"):
        ecapa.embed(np.zeros(0, np.int16), RATE_HZ)
    with pytest.raises(ValueError, match="empty"):
        ecapa.embed_all([np.ones(800, np.int16), np.zeros(0, np.int16)], RATE_HZ)


def test_an_hour_costs_no_more_than_a_minute(ecapa):
    hour = np.resize(buzz(120, (500, 1_500)), 3_600 * RATE_HZ)
    assert np.allclose(ecapa.embed(hour, RATE_HZ), ecapa.embed(hour[: LONGEST_S * RATE_HZ], RATE_HZ))


def test_threads_share_one_model(ecapa):
    voices = [buzz(100 + 20 * n, (500, 1_500), seconds=1, seed=n) for n in range(6)]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda voice: ecapa.embed(voice, RATE_HZ), voices))
    assert np.allclose(found, ecapa.embed_all(voices, RATE_HZ), atol=1e-4)


def test_the_file_is_small_and_without_it_there_is_a_clear_word(tmp_path):
    assert MODEL.stat().st_size <= 10_000_000
    with pytest.raises(EcapaUnavailable, match="no speaker model"):
        BundledEcapa(path=tmp_path / "gone.onnx")
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(MODEL.read_bytes()[:10_000])
    with pytest.raises(EcapaUnavailable, match="cannot read"):
        BundledEcapa(path=broken)


def test_a_gpu_is_used_where_onnxruntime_can(monkeypatch):
    asked = []

    class Session:
        def __init__(self, path, options, providers):
            asked.append(providers)

        def get_providers(self):
            return asked[-1]

    gpu, cpu = Device("cuda", "a GPU", 2), Device("cpu", "CPU", 2)
    both = ["CUDAExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setattr(onnxruntime, "InferenceSession", Session)
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: both)
    assert BundledEcapa(gpu).provider == "CUDAExecutionProvider"
    assert BundledEcapa(cpu).provider == BundledEcapa().provider == "CPUExecutionProvider"
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: both[1:])
    assert BundledEcapa(gpu).provider == "CPUExecutionProvider"
