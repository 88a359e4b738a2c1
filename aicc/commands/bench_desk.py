"""``aicc bench desk``: callers who talk to agents, at telephones or in browsers; what both sides wait for."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from aicc.output import Answer, answers

if TYPE_CHECKING:
    from pathlib import Path

FLOW = "상담사 연결"
SKILL = "일반"
CALLER_SAYS = (
    "주문한 물건이 아직 안 왔는데 언제 받을 수 있나요",
    "그럼 배송지를 바꾸고 싶은데 가능할까요",
    "환불은 며칠이나 걸리는지 알려 주세요",
    "적립금은 언제 들어오나요",
)
AGENT_SAYS = ("네 고객님 확인해 드리겠습니다", "잠시만 기다려 주시겠어요", "네 바로 처리해 드릴게요")
PAUSE_S = 2.5
SETTLE_S = 2.0


@answers
def bench_desk(
    context: typer.Context,
    calls: Annotated[int, typer.Option(min=1, help="Callers and agents at once.")] = 20,
    browsers: Annotated[bool, typer.Option("--browsers", help="Agents in browsers, not at telephones.")] = False,
    seconds: Annotated[float, typer.Option(min=5, help="How long all of them talk.")] = 60.0,
    panels: Annotated[int, typer.Option(min=0, help="Supervisors' panels that are open beside.")] = 0,
) -> Answer:
    """Bridge callers with agents, one after the other, and have all of them talk.

    A service of its own is started, in its default layout; callers and agents share this machine.
    """
    import asyncio

    figures = asyncio.run(_bench(calls, browsers, seconds, panels, context.find_root().params.get("config")))
    width = max(len(name) for name in figures)
    return Answer(figures, "\n".join(f"{name:{width}}  {'-' if it is None else it}" for name, it in figures.items()))


async def _bench(count: int, browsers: bool, seconds: float, panels: int, config: "Path | None") -> dict[str, Any]:
    import asyncio
    import contextlib
    import json

    from aicc.simulation.at_desk import AtDesk, Onlookers
    from aicc.simulation.bridged import FLOW_HEADER, BrowserSide, House, screen_figures
    from aicc.simulation.browser import MICROPHONE_HZ
    from aicc.simulation.phones import Phones
    from aicc.simulation.service import started
    from aicc.simulation.sip_callers import SIP_HERE
    from aicc.simulation.usage import Usage
    from voicebot.dialogue.conversation import DESK_FLOW

    callers_sound = await asyncio.to_thread(_spoken, CALLER_SAYS, 8_000)
    agents_sound = await asyncio.to_thread(_spoken, AGENT_SAYS, MICROPHONE_HZ if browsers else 8_000)
    settings = {
        **SIP_HERE,
        "AICC_SLOTS": str(max(40, count)),
        "AICC_SIP__HEADERS": json.dumps({FLOW_HEADER: DESK_FLOW}),
    }
    async with started(config=config, settings=settings) as service, contextlib.AsyncExitStack() as stack:
        assert service.pid
        phones = None if browsers else await stack.enter_async_context(Phones.opened())
        onlookers = await stack.enter_async_context(Onlookers.opened(service, panels))
        house = await stack.enter_async_context(House.opened(service))
        bridged = []
        for number in range(count):
            name = f"agent{number}"
            signing_in = AtDesk.signed_in(service, name, [SKILL], phone=phones.uri(name) if phones else "")
            person = await stack.enter_async_context(signing_in)
            await person.ready()
            bridged.append(await house.bridge(number, person, phones, FLOW))
        for number, one in enumerate(bridged):  # not all at the same place of what they say
            one.caller.speak(_turned(callers_sound, number, count))
            one.agent.speak(_turned(agents_sound, number, count))
        await asyncio.sleep(SETTLE_S)
        before = await service.metrics()
        usage = Usage(service.pid)
        await usage.watch(0.0, seconds)
        after = await service.metrics()
        waits = [one.both_hear_ms for one in bridged if one.both_hear_ms is not None]
        partials: list[float] = []
        suggestions: list[float] = []
        for one in bridged:
            words, upon = screen_figures(one.person.messages, one.call_id)
            partials += words
            suggestions += upon
        panels_open, panels_told = panels - onlookers.lost, onlookers.read
        still = sum(not one.caller.wire.is_closed for one in bridged)
        for one in bridged:
            one.caller.wire.hang_up()
            if isinstance(one.agent, BrowserSide):
                await one.agent.hang_up()
    return {
        "calls": count,
        "agents": "browsers" if browsers else "telephones",
        "still_talking": still,
        "both_hear_p50_ms": _percentile(waits, 50),
        "both_hear_p95_ms": _percentile(waits, 95),
        "words": len(partials),
        "partial_p50_ms": _percentile(partials, 50),
        "partial_p95_ms": _percentile(partials, 95),
        "suggestions": len(suggestions),
        "suggestion_p50_ms": _percentile(suggestions, 50),
        "suggestion_p95_ms": _percentile(suggestions, 95),
        "frames_late_percent": _late(before, after),
        "loop_lag_ms": max(value for name, value in after.items() if name.startswith("aicc_loop_lag_ms")),
        "panels_open": panels_open,
        "panel_messages": panels_told,
        "late_ticks_of_ours": house.late_ticks,
        "cores": usage.cores(),
        "cores_per_call": round(usage.cores() / count, 4),
    }


def _spoken(sentences: "tuple[str, ...]", rate_hz: int) -> Any:
    """One after the other, with pauses."""
    from aicc.simulation.browser import Said, spoken
    from voicebot.audio import resample

    sound = spoken([Said(text, PAUSE_S) for text in sentences], 0.5)
    return sound if rate_hz == 48_000 else resample(sound, 48_000, rate_hz)


def _turned(sound: Any, number: int, count: int) -> Any:
    import numpy as np

    return np.roll(sound, -len(sound) * number // count)


def _percentile(values: "list[float]", percent: int) -> float | None:
    import numpy as np

    return round(float(np.percentile(values, percent)), 1) if values else None


def _late(before: "dict[str, float]", after: "dict[str, float]") -> float | None:
    frames, late = (
        sum(value for name, value in after.items() if name.startswith(what))
        - sum(value for name, value in before.items() if name.startswith(what))
        for what in ("aicc_bot_frames_total", "aicc_late_frames_total")
    )
    return round(100 * late / frames, 4) if frames else None
