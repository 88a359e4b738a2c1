"""``aicc bench speaker``: what a speaker embedding costs."""

from typing import Annotated

import typer

from aicc.output import Answer, answers


@answers
def bench_speaker(
    context: typer.Context,
    times: Annotated[int, typer.Option(min=3, help="How often each is computed.")] = 50,
    batch: Annotated[int, typer.Option(min=1, help="How many sounds at once.")] = 64,
) -> Answer:
    """Compute embeddings of 5 s of sound, one at a time and many at once, with the chosen model and device."""
    import time

    import numpy as np

    from aicc.settings import settings_of
    from assist.speaker.opening import open_embedder
    from gpu.device import choose

    settings = settings_of(context)
    device = choose(settings.device)
    embedder, _ = open_embedder(settings.assist.speaker.embedder, settings.models, device)
    sound = (np.random.default_rng(0).standard_normal(5 * 8_000) * 3_000).astype(np.int16)
    embedder.embed(sound, 8_000)
    one_ms = []
    for _ in range(times):
        began_s = time.perf_counter()
        embedder.embed(sound, 8_000)
        one_ms.append((time.perf_counter() - began_s) * 1_000)
    many_ms = []
    for _ in range(max(3, times // 10)):
        began_s = time.perf_counter()
        embedder.embed_all([sound] * batch, 8_000)
        many_ms.append((time.perf_counter() - began_s) * 1_000)
    data = {
        "model": embedder.name,
        "device": device.name,
        "embed_5s_p50_ms": round(float(np.median(one_ms)), 2),
        "embed_5s_p95_ms": round(float(np.percentile(one_ms, 95)), 2),
        "batch": batch,
        "batch_p50_ms": round(float(np.median(many_ms)), 2),
    }
    return Answer(data, "\n".join(f"{name:16} {value}" for name, value in data.items()))
