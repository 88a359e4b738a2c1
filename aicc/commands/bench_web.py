"""``aicc bench web``: a call from a real browser, measured in its page; and what WebRTC calls cost."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from aicc.output import Answer, answers

if TYPE_CHECKING:
    from pathlib import Path

    from aicc.simulation.browser import Said

TAIL_S = 4.0  # behind the last words, for the answer
AFTER_S = 3.0  # the call is up, and what it takes begins to be counted
GREETED_S = 12.0  # the bot has greeted

# What is said, and how long the bot speaks before it, and a moment.
TALK = (
    ("배송 조회하고 싶어요", GREETED_S),
    ("이공이육 팔공팔공이요", 3.8),
    ("아니요 괜찮아요", 10.0),
    ("해외로도 배송이 되나요", 3.6),
    ("배송 조회할게요", 12.6),
    ("네 맞아요", 5.6),
    ("아니요 괜찮아요", 10.0),
    ("적립금은 언제 들어오나요", 3.6),
    ("배송 조회하고 싶어요", 11.8),
    ("네 맞아요", 5.6),
)


@answers
def bench_web(
    context: typer.Context,
    peers: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="No browser: so many light peers talk at once.")
    ] = None,
    seconds: Annotated[float, typer.Option(min=5, help="How long the peers talk.")] = 30.0,
) -> Answer:
    """Call from the service's own page in Chromium, and measure what a person would hear; or the cost of many calls.

    A service of its own is started, in its default layout; the browser shares this machine. Its microphone is a file.
    """
    import asyncio

    from aicc.simulation.browser import Said

    talk = [Said(text, after_s) for text, after_s in TALK]
    config = context.find_root().params.get("config")
    work = _peers(talk, peers, seconds, config) if peers else _browser(talk, config)
    figures = asyncio.run(work)
    width = max(len(name) for name in figures)
    return Answer(figures, "\n".join(f"{name:{width}}  {'-' if it is None else it}" for name, it in figures.items()))


async def _browser(talk: "list[Said]", config: "Path | None") -> dict[str, Any]:
    import asyncio
    import tempfile
    from pathlib import Path

    import numpy as np

    from aicc.simulation.browser import call_from_page, find_chromium, microphone
    from aicc.simulation.service import started
    from aicc.simulation.usage import Usage

    find_chromium()  # before a service is started in vain
    with tempfile.TemporaryDirectory() as folder:
        sound = Path(folder) / "microphone.wav"
        seconds = await asyncio.to_thread(microphone, talk, sound, TAIL_S)
        async with started(config=config) as service:
            assert service.address and service.pid
            usage = Usage(service.pid)
            watching = asyncio.create_task(usage.watch(AFTER_S, seconds))
            call = await call_from_page(service.address, sound, [one.text for one in talk], seconds)
            watching.cancel()
    p50, p95 = np.percentile(call.waits_ms, (50, 95)) if call.waits_ms else (None, None)
    return {
        "turns": len(call.turns),
        "measured": len(call.waits_ms),
        "v2v_p50_ms": p50 and round(float(p50), 1),
        "v2v_p95_ms": p95 and round(float(p95), 1),
        "connected_ms": round(call.connected_ms),
        "browser_held_back_ms": round(call.held_back_ms, 1),
        "cores": usage.cores(),
    }


async def _peers(talk: "list[Said]", count: int, seconds: float, config: "Path | None") -> dict[str, Any]:
    import asyncio

    from aicc.simulation.browser import spoken
    from aicc.simulation.service import started
    from aicc.simulation.usage import Usage
    from aicc.simulation.web_peers import calling

    sound = await asyncio.to_thread(spoken, talk, TAIL_S)
    settings = {"AICC_WEB__CALLS_A_MINUTE": "10000", "AICC_SLOTS": str(max(40, count))}
    async with started(config=config, settings=settings) as service:
        assert service.address and service.pid
        usage = Usage(service.pid)
        async with calling(service.address, sound, count) as peers:
            await asyncio.sleep(AFTER_S)
            await usage.watch(0.0, seconds)
            packets = [peer.packets_heard for peer in peers]
    return {
        "calls": count,
        "calls_with_sound": sum(heard > 40 * seconds for heard in packets),
        "cores": usage.cores(),
        "cores_per_call": round(usage.cores() / count, 4),
    }
