"""``aicc demo``: a recorded caller is heard live, and answered aloud."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aicc.output import Answer, answers

if TYPE_CHECKING:
    from voicebot.audio import Samples
    from voicebot.stt.recognizer import Final, Recognizer


@answers
def demo(
    context: typer.Context,
    call: Annotated[str, typer.Option(help="Which recorded caller of audio_fixtures/.")] = "reservation",
    output: Annotated[Path, typer.Option("--output", "-o", help="The reply.")] = Path("build/demo/reply.wav"),
    speed: Annotated[float, typer.Option(min=0.1, help="Times as fast as a person talks.")] = 1.0,
) -> Answer:
    """Hear a recorded caller live, partial by partial, and speak a reply into a file."""
    import time

    import numpy as np

    from aicc.errors import AiccError
    from aicc.settings import settings_of
    from audio_fixtures import recorded_calls
    from voicebot import sound_file
    from voicebot.stt import open_recognizer
    from voicebot.stt.evaluation import warm_up
    from voicebot.text import to_written
    from voicebot.tts import open_synthesizer
    from voicebot.tts.mouth import Mouth

    calls = {case.path.stem: case for case in recorded_calls()}
    if call not in calls:
        raise AiccError(f'no recorded caller "{call}": there are {", ".join(calls)}')
    began_s = time.perf_counter()
    settings = settings_of(context)
    recognizer = open_recognizer(settings.recognizer, settings.models, settings.device)
    warm_up(recognizer)
    mouth = Mouth(open_synthesizer(settings.voice, settings.models), 8_000)
    ready_s = time.perf_counter() - began_s
    typer.echo(f"{recognizer.name} listens, {mouth.synthesizer.name} speaks, ready in {ready_s:.1f} s", err=True)
    typer.echo(f"caller ({calls[call].path.name}): {calls[call].text}", err=True)
    final, final_ms = _hear(recognizer, sound_file.SoundFile(calls[call].path, recognizer.rate_hz).read(), speed)
    written = to_written(final.spoken).text
    reply = f"네, 고객님. {written}, 이렇게 들었습니다. 바로 확인해 드리겠습니다."
    began_s = time.perf_counter()
    saying = mouth.say(reply)
    blocks = [next(saying).samples]
    first_sound_ms = (time.perf_counter() - began_s) * 1000
    blocks += [block.samples for block in saying]
    output.parent.mkdir(parents=True, exist_ok=True)
    samples = np.concatenate(blocks)
    sound_file.write(output, samples, mouth.rate_hz)
    seconds = len(samples) / mouth.rate_hz
    data = {
        "said": calls[call].text,
        "spoken": final.spoken,
        "written": written,
        "reply": reply,
        "path": str(output),
        "seconds": round(seconds, 2),
        "ready_s": round(ready_s, 2),
        "final_ms": round(final_ms, 1),
        "first_sound_ms": round(first_sound_ms, 1),
    }
    shown = (
        f"heard   {final.spoken}\nwritten {written}   ({final_ms:.0f} ms after the last sample)\n"
        f"reply   {reply}   (first sound after {first_sound_ms:.0f} ms)\n        {seconds:.1f} s in {output}"
    )
    return Answer(data, shown)


def _hear(recognizer: "Recognizer", samples: "Samples", speed: float) -> "tuple[Final, float]":
    """Plays the caller at the pace of talk, printing each new partial; the final, and how long it took, in ms."""
    import time

    from voicebot.stt.recognizer import TICK_MS

    stream = recognizer.stream()
    tick = recognizer.rate_hz * TICK_MS // 1000
    shown, began_s = "", time.perf_counter()
    for number, start in enumerate(range(0, len(samples), tick), start=1):
        time.sleep(max(0.0, began_s + number * TICK_MS / 1000 / speed - time.perf_counter()))
        stream.accept(samples[start : start + tick])
        recognizer.decode([stream])
        partial = stream.partial
        if partial.spoken != shown:
            shown = partial.spoken
            stable, open_ = shown[: partial.stable_chars], shown[partial.stable_chars :]
            typer.echo(f"  {number * TICK_MS / 1000:5.2f} s  {stable}" + typer.style(open_, dim=True), err=True)
    finished_s = time.perf_counter()
    stream.finish()
    recognizer.decode([stream])
    assert stream.final is not None
    return stream.final, (time.perf_counter() - finished_s) * 1000
