"""``aicc bench``: how fast the product is, on this machine."""

from dataclasses import asdict
from typing import Annotated

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
    from voicebot.stt.evaluation import load

    settings = settings_of(context)
    recognizer = open_recognizer(settings.recognizer, settings.models, settings.device)
    recordings = [SoundFile(case.path, recognizer.rate_hz).read() for case in recorded_calls()]
    result = load(recognizer, recordings, streams, seconds)
    shown = (
        f"{result.streams} streams take {result.cores_used:.2f} of a core: {result.streams_per_core} streams a core "
        f"in real time; a tick of 60 ms is decoded in {result.tick_ms_p95:.0f} ms p95"
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
