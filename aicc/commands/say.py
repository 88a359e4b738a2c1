"""``aicc say``: a text spoken into a file."""

from pathlib import Path
from typing import Annotated

import typer

from aicc.output import Answer, answers


@answers
def say(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="What to say, as it is written.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The sound file: .wav, .flac or .ogg.")],
    rate_hz: Annotated[int, typer.Option("--rate", help="8000, 16000, 24000 or 48000 Hz.")] = 8000,
    voice: Annotated[str | None, typer.Option(help="A voice other than aicc.yaml's: espeak:ko+m3.")] = None,
) -> Answer:
    """Speak a text into a sound file."""
    import numpy as np

    from aicc.errors import AiccError
    from aicc.settings import settings_of
    from voicebot import sound_file
    from voicebot.text import to_spoken
    from voicebot.tts import open_synthesizer
    from voicebot.tts.mouth import RATES_HZ, Mouth

    if rate_hz not in RATES_HZ:
        raise AiccError(f"no door has a rate of {rate_hz} Hz: choose {', '.join(map(str, RATES_HZ))}")
    settings = settings_of(context)
    mouth = Mouth(open_synthesizer(voice or settings.voice, settings.models), rate_hz)
    blocks = [block.samples for block in mouth.say(text)]
    if not blocks:
        raise AiccError("nothing in this text can be said aloud: give Hangul, digits or Latin letters")
    samples = np.concatenate(blocks)
    sound_file.write(output, samples, rate_hz)
    seconds = len(samples) / rate_hz
    spoken = to_spoken(text).text
    data = {"path": str(output), "seconds": round(seconds, 3), "rate_hz": rate_hz, "spoken": spoken}
    return Answer(data, f"{output}  {seconds:.1f} s  {spoken}")
