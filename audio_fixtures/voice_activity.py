"""How well voice activity tells speech from other sounds, and what it costs: the figures of ``aicc bench vad``."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import thread_time

import numpy as np

from audio_fixtures.sounds import NOT_SPEECH, Maker, at_level, mixed
from voicebot.audio import FRAME_MS, MU_LAW, Samples, resample
from voicebot.tts.espeak import shared_thread
from voicebot.tts.libespeak import RATE_HZ, Prosody
from voicebot.vad import VoiceActivity, VoiceDetector, VoiceEnded, VoiceStarted
from voicebot.vad.gate import Gate
from voicebot.vad.silero import RATES_HZ

SENTENCES = Path(__file__).parent / "sentences" / "contact_centre.txt"
VOICES = ("ko", "ko+f2", "ko+m3", "ko+f4", "ko+klatt2", "ko+m7", "ko+f5", "ko+m1")
SPEECH_DBFS = -26.0  # ITU-T P.56's usual level of speech on a line
SOUND_LEVELS_DBFS = (-18.0, -24.0, -36.0, -48.0)
NOISES = ("pink noise", "street", "hold music")
SNRS_DB = (20, 10, 5, 0)
QUIET_MS = 1_000  # before and after each utterance
STREAMS_AT_ONCE = 32
# Where speech truly begins and ends: the clean sound's 10 ms blocks less than this below its loud ones.
AUDIBLE_DB = 30.0


@dataclass(frozen=True, slots=True)
class Utterance:
    """Clean speech and when it truly starts and ends in it, ms."""

    samples: Samples
    rate_hz: int
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Spread:
    """Milliseconds: the median as it is, signed, and the 95th percentile of the size. NaN where nothing was heard."""

    p50_ms: float
    p95_ms: float

    @classmethod
    def of(cls, values_ms: Sequence[int]) -> "Spread":
        if not values_ms:
            return cls(float("nan"), float("nan"))
        return cls(float(np.median(values_ms)), float(np.percentile(np.abs(values_ms), 95)))


@dataclass(frozen=True, slots=True)
class SoundFigures:
    """A sound that is not speech, over all ``SOUND_LEVELS_DBFS``: the share of its time judged speech, 0 to 1."""

    sound: str
    rate_hz: int
    seconds: float
    speech_share: float


@dataclass(frozen=True, slots=True)
class SpeechFigures:
    """Utterances in one noise (empty: none) at one level.

    ``hit_rate``: utterances found; ``heard_share``: their time judged speech; ``pieces``: starts for each of them;
    ``noise_share``: of the noise around them judged speech; ``start_error`` and ``end_error``: reported minus true
    moment; ``start_known`` and ``end_known``: how long after the true moment it was reported; ``inner_silence``: the
    longest ``silence_ms`` inside an utterance, what a judge of pauses must not take for its end.
    """

    noise: str
    snr_db: int | None
    rate_hz: int
    utterances: int
    hit_rate: float
    heard_share: float
    pieces: float
    noise_share: float
    start_error: Spread
    end_error: Spread
    start_known: Spread
    end_known: Spread
    inner_silence: Spread


@dataclass(frozen=True, slots=True)
class CostFigures:
    """Microseconds of processor time, not of waiting for a processor, for each 20 ms of one stream on one thread.

    ``gate_us`` is webrtcvad; ``judge_us`` Silero on speech with one stream a run, ``judge_batched_us`` with
    ``streams_batched``; ``silence_us`` all that a silent stream costs.
    """

    rate_hz: int
    gate_us: float
    judge_us: float
    judge_batched_us: float
    streams_batched: int
    silence_us: float


@dataclass(frozen=True, slots=True)
class VoiceActivityFigures:
    sounds: tuple[SoundFigures, ...]
    speech: tuple[SpeechFigures, ...]
    costs: tuple[CostFigures, ...]


@dataclass(frozen=True, slots=True)
class _Heard:
    """A stretch judged speech, and how far the stream was when its start and its end were reported."""

    start_ms: int
    end_ms: int
    start_known_ms: int
    end_known_ms: int


@dataclass(frozen=True, slots=True)
class _Listening:
    """What a stream reported: its stretches of speech, and ``silence_ms`` after every 20 ms."""

    parts: tuple[_Heard, ...]
    silences_ms: tuple[int, ...]


def measure(
    seconds: float = 30.0, recordings: Sequence[tuple[Samples, int]] = (), sentences: int = 24
) -> VoiceActivityFigures:
    """All figures, at 8 kHz through G.711 and at 16 kHz; about a minute of one core.

    ``seconds`` of each sound; speech is ``recordings`` (samples and their rate in Hz, one utterance each, no silence
    of more than a breath at the ends) or else so many ``sentences`` by espeak-ng's voices.
    """
    detector = VoiceDetector()
    clean = list(recordings) or synthesized(sentences)
    speech: list[SpeechFigures] = []
    for rate_hz in RATES_HZ:
        utterances = [utterance(samples, from_hz, rate_hz) for samples, from_hz in clean]
        speech.append(_speech_figures(detector, utterances, "", None))
        speech += [_speech_figures(detector, utterances, noise, snr_db) for noise in NOISES for snr_db in SNRS_DB]
    return VoiceActivityFigures(
        sounds=tuple(
            sound_figures(detector, name, make, rate_hz, seconds)
            for rate_hz in RATES_HZ
            for name, make in NOT_SPEECH.items()
        ),
        speech=tuple(speech),
        costs=tuple(_cost_figures(detector, utterance(*clean[0], rate_hz)) for rate_hz in RATES_HZ),
    )


def synthesized(count: int) -> list[tuple[Samples, int]]:
    """Sentences of callers by espeak-ng, a voice after the other: samples and their rate in Hz.

    espeak-ng's noises go on from call to call: the same sentence sounds the same but differs in its samples.
    """
    espeak = shared_thread()  # a second LibEspeak in the process crashes once one of the two is freed
    return [
        (np.concatenate(list(espeak.speak(sentence, VOICES[number % len(VOICES)], Prosody()))), RATE_HZ)
        for number, sentence in enumerate(SENTENCES.read_text("utf-8").splitlines()[:count])
    ]


def utterance(samples: Samples, from_hz: int, rate_hz: int) -> Utterance:
    """Speech at ``SPEECH_DBFS`` between two seconds of silence, with its true start and end."""
    spoken = at_level(resample(samples, from_hz, rate_hz), SPEECH_DBFS)
    quiet = np.zeros(QUIET_MS * rate_hz // 1000, np.int16)
    whole = np.concatenate([quiet, spoken, quiet])
    blocks = whole[: len(whole) // (rate_hz // 100) * (rate_hz // 100)].reshape(-1, rate_hz // 100)
    levels_db = 10 * np.log10(np.mean(blocks.astype(np.float64) ** 2, axis=1) + 1e-3)
    audible = np.flatnonzero(levels_db > np.percentile(levels_db, 95) - AUDIBLE_DB)
    return Utterance(whole, rate_hz, int(audible[0]) * 10, int(audible[-1] + 1) * 10)


def sound_figures(detector: VoiceDetector, name: str, make: Maker, rate_hz: int, seconds: float) -> SoundFigures:
    sounds = [_as_heard(at_level(make(seconds, rate_hz), dbfs), rate_hz) for dbfs in SOUND_LEVELS_DBFS]
    heard = _listen(detector, sounds, rate_hz)
    judged_ms = sum(part.end_ms - part.start_ms for listening in heard for part in listening.parts)
    return SoundFigures(name, rate_hz, seconds * len(sounds), judged_ms / 1000 / (seconds * len(sounds)))


def _as_heard(samples: Samples, rate_hz: int) -> Samples:
    """8 kHz is the telephone's: through mu-law. 16 kHz comes from a browser, unharmed."""
    return MU_LAW.decode(MU_LAW.encode(samples)) if rate_hz == 8_000 else samples


def _listen(detector: VoiceDetector, sounds: Sequence[Samples], rate_hz: int) -> list[_Listening]:
    """Feeds all sounds side by side, 20 ms a tick, as a media process does."""
    streams = [detector.stream(rate_hz) for _ in sounds]
    parts: list[list[_Heard]] = [[] for _ in sounds]
    silences: list[list[int]] = [[] for _ in sounds]
    started: list[tuple[int, int]] = [(0, 0)] * len(sounds)
    frame = rate_hz * FRAME_MS // 1000
    for start in range(0, max(map(len, sounds)), frame):
        for stream, sound in zip(streams, sounds, strict=True):
            stream.accept(sound[start : start + frame])
        detector.judge(streams)
        for number, stream in enumerate(streams):
            silences[number].append(stream.silence_ms)
            for event in stream.take_events():
                match event:
                    case VoiceStarted(at_ms):
                        started[number] = (at_ms, stream.position_ms)
                    case VoiceEnded(at_ms):
                        at, known = started[number]
                        parts[number].append(_Heard(at, at_ms, known, stream.position_ms))
    for number, stream in enumerate(streams):
        if stream.speaking:
            at, known = started[number]
            parts[number].append(_Heard(at, stream.position_ms, known, stream.position_ms))
    return [_Listening(tuple(p), tuple(s)) for p, s in zip(parts, silences, strict=True)]


def _speech_figures(
    detector: VoiceDetector, utterances: Sequence[Utterance], noise: str, snr_db: int | None
) -> SpeechFigures:
    rate_hz = utterances[0].rate_hz
    sounds = [
        _as_heard(said.samples if snr_db is None else _in_noise(said, noise, snr_db), rate_hz) for said in utterances
    ]
    true_ms = heard_ms = false_ms = pieces = 0
    start_errors: list[int] = []
    end_errors: list[int] = []
    start_known: list[int] = []
    end_known: list[int] = []
    inner_silences: list[int] = []
    for said, listening in zip(utterances, _listen(detector, sounds, rate_hz), strict=True):
        true_ms += said.end_ms - said.start_ms
        inside = [part for part in listening.parts if part.end_ms > said.start_ms and part.start_ms < said.end_ms]
        heard_ms += sum(min(part.end_ms, said.end_ms) - max(part.start_ms, said.start_ms) for part in inside)
        false_ms += sum(part.end_ms - part.start_ms for part in listening.parts if part not in inside)
        if inside:
            first, last = inside[0], inside[-1]
            pieces += len(inside)
            start_errors.append(first.start_ms - said.start_ms)
            end_errors.append(last.end_ms - said.end_ms)
            start_known.append(first.start_known_ms - said.start_ms)
            end_known.append(last.end_known_ms - said.end_ms)
            within = listening.silences_ms[first.start_known_ms // FRAME_MS : said.end_ms // FRAME_MS]
            inner_silences.append(max(within, default=0))
    return SpeechFigures(
        noise=noise,
        snr_db=snr_db,
        rate_hz=rate_hz,
        utterances=len(utterances),
        hit_rate=len(start_errors) / len(utterances),
        heard_share=heard_ms / true_ms,
        pieces=pieces / max(len(start_errors), 1),
        noise_share=false_ms / (2 * QUIET_MS * len(utterances)),
        start_error=Spread.of(start_errors),
        end_error=Spread.of(end_errors),
        start_known=Spread.of(start_known),
        end_known=Spread.of(end_known),
        inner_silence=Spread.of(inner_silences),
    )


def _in_noise(said: Utterance, noise: str, snr_db: int) -> Samples:
    """The ratio holds where speech is: counted over the quiet around it, the noise would come out too soft."""
    loud = NOT_SPEECH[noise](len(said.samples) / said.rate_hz, said.rate_hz)
    return mixed(said.samples, at_level(loud, SPEECH_DBFS - snr_db))


def _cost_figures(detector: VoiceDetector, said: Utterance) -> CostFigures:
    """Speech without its silences for the judge, silence for what an idle stream costs."""
    rate_hz = said.rate_hz
    frame = rate_hz * FRAME_MS // 1000
    speech = said.samples[said.start_ms * rate_hz // 1000 : said.end_ms * rate_hz // 1000]
    gate = Gate(rate_hz)
    ticks = len(speech) // frame
    begin = thread_time()
    for start in range(0, ticks * frame, frame):
        gate.hear(speech[start : start + frame])
    gate_us = (thread_time() - begin) / ticks * 1e6

    def tick_us(streams: list[VoiceActivity], sound: Samples) -> tuple[float, float]:
        accepting_s = judging_s = 0.0
        for start in range(0, ticks * frame, frame):
            begin = thread_time()
            for stream in streams:
                stream.accept(sound[start : start + frame])
            accepted = thread_time()
            detector.judge(streams)
            judging_s += thread_time() - accepted
            accepting_s += accepted - begin
        scale = 1e6 / ticks / len(streams)
        return accepting_s * scale, judging_s * scale

    _, judge_us = tick_us([detector.stream(rate_hz)], speech)
    _, judge_batched_us = tick_us([detector.stream(rate_hz) for _ in range(STREAMS_AT_ONCE)], speech)
    return CostFigures(
        rate_hz=rate_hz,
        gate_us=gate_us,
        judge_us=judge_us,
        judge_batched_us=judge_batched_us,
        streams_batched=STREAMS_AT_ONCE,
        silence_us=sum(tick_us([detector.stream(rate_hz)], np.zeros_like(speech))),
    )
