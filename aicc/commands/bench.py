"""``aicc bench``: how fast the product is, on this machine."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from aicc.output import Answer, answers

bench = typer.Typer(help="How fast the product is, on this machine.", no_args_is_help=True)


@bench.command()
@answers
def stt(
    context: typer.Context,
    streams: Annotated[int, typer.Option(min=1, help="Calls that speak at the same time.")] = 200,
    seconds: Annotated[float, typer.Option(min=1.0, help="Of sound for each.")] = 20.0,
) -> Answer:
    """The share of a core that so many live streams take, decoded in one batch."""
    from aicc.settings import settings_of
    from audio_fixtures import recorded_calls
    from voicebot.sound_file import SoundFile
    from voicebot.stt import open_recognizer
    from voicebot.stt.load import load
    from voicebot.stt.recognizer import TICK_MS

    settings = settings_of(context)
    recognizer = open_recognizer(settings.recognizer, settings.models, settings.device)
    recordings = [SoundFile(case.path, recognizer.rate_hz).read() for case in recorded_calls()]
    result = load(recognizer, recordings, streams, seconds)
    shown = (
        f"{result.streams} streams take {result.cores_used:.2f} of a core: {result.streams_per_core} streams a core "
        f"in real time; a tick of {TICK_MS} ms is decoded in {result.tick_ms_p95:.0f} ms p95"
    )
    return Answer({"engine": recognizer.name, **asdict(result)}, shown)


@bench.command()
@answers
def say(
    context: typer.Context,
    rate_hz: Annotated[int, typer.Option("--rate", help="8000, 16000, 24000 or 48000 Hz.")] = 8000,
) -> Answer:
    """Milliseconds to the first sound of a new and of a known sentence."""
    from aicc.settings import settings_of
    from audio_fixtures import recorded_calls
    from voicebot.tts import open_synthesizer
    from voicebot.tts.measure import measure
    from voicebot.tts.mouth import Mouth

    settings = settings_of(context)
    mouth = Mouth(open_synthesizer(settings.voice, settings.models), rate_hz)
    mouth.prefill(["안녕하세요."])  # what loads on the first word is no part of a sentence
    figures = measure(mouth, [case.text for case in recorded_calls()])
    shown = (
        f"first sound of a new sentence {figures.new_first_sound_ms_p50:.1f} ms p50, "
        f"{figures.new_first_sound_ms_p95:.1f} p95; of a known one {figures.cached_first_sound_ms_p50:.2f} p50, "
        f"{figures.cached_first_sound_ms_p95:.2f} p95; real-time factor {figures.real_time_factor:.4f}"
    )
    return Answer(asdict(figures), shown)


@bench.command()
@answers
def vad(
    seconds: Annotated[float, typer.Option(min=4.0, help="Of each sound that is not speech.")] = 30.0,
    sentences: Annotated[int, typer.Option(min=1, help="Spoken at each level of noise.")] = 24,
) -> Answer:
    """What voice activity takes for speech, how soon it notices speech, and what it costs."""
    from rich.console import Group
    from rich.table import Table

    from audio_fixtures.voice_activity import measure

    found = measure(seconds=seconds, sentences=sentences)
    sounds = Table("not speech", "rate", "judged speech", title="Sounds")
    for sound in found.sounds:
        sounds.add_row(sound.sound, f"{sound.rate_hz} Hz", f"{100 * sound.speech_share:.2f} %")
    speech = Table("noise", "SNR", "rate", "found", "start off by p50 / p95", "noticed after p50 / p95", title="Speech")
    for spoken in found.speech:
        speech.add_row(
            spoken.noise or "none",
            "" if spoken.snr_db is None else f"{spoken.snr_db} dB",
            f"{spoken.rate_hz} Hz",
            f"{100 * spoken.hit_rate:.0f} %",
            f"{spoken.start_error.p50_ms:.0f} / {spoken.start_error.p95_ms:.0f} ms",
            f"{spoken.start_known.p50_ms:.0f} / {spoken.start_known.p95_ms:.0f} ms",
        )
    costs = Table("rate", "gate", "judge alone", "judge batched", "silent stream", title="Microseconds for 20 ms")
    for cost in found.costs:
        parts = (cost.gate_us, cost.judge_us, cost.judge_batched_us, cost.silence_us)
        costs.add_row(f"{cost.rate_hz} Hz", *(f"{part:.1f}" for part in parts))
    return Answer(_without_nan(asdict(found)), Group(sounds, speech, costs))


def _without_nan(value: Any) -> Any:
    """JSON has no NaN: a figure over nothing is null."""
    if isinstance(value, dict):
        return {key: _without_nan(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(part) for part in value]
    return None if isinstance(value, float) and value != value else value
