"""``aicc bench recovery``: how soon calls are taken again when a media process is killed, and what its callers hear."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from aicc.output import Answer, answers

if TYPE_CHECKING:
    from pathlib import Path

    from aicc.simulation.service import Service

UP_S = 3.0  # calls have stood so long
EVERY_S = 0.05  # somebody else calls
FOR_S = 3.0
BYE_S = 5.0  # for those whose process has died
BACK_S = 60.0  # until another one is there in its place


@answers
def bench_recovery(
    context: typer.Context,
    calls: Annotated[int, typer.Option(min=2, help="Calls that are up, over all media processes.")] = 20,
) -> Answer:
    """Kill a media process with calls in it (kill -9), and call on.

    A service of its own is started, in its default layout.
    """
    import asyncio

    config = context.find_root().params.get("config")
    figures = asyncio.run(_recovery(calls, config))
    width = max(len(name) for name in figures)
    shown = "\n".join(f"{name:{width}}  {'-' if it is None else it}" for name, it in figures.items())
    return Answer(figures, shown)


async def _recovery(calls: int, config: "Path | None") -> dict[str, Any]:
    import asyncio
    import os
    import signal

    from aicc.simulation.dialling import Dialler, setup_figures
    from aicc.simulation.service import started
    from aicc.simulation.sip_callers import SIP_HERE
    from aicc.simulation.usage import media_processes

    async with started(config=config, settings={"AICC_SLOTS": str(calls + 80), **SIP_HERE}) as service:
        assert service.telephone and service.pid
        loop = asyncio.get_running_loop()
        async with Dialler.opened(service.telephone) as dialler, asyncio.TaskGroup() as group:
            up = [group.create_task(dialler.dial(UP_S + FOR_S + BYE_S)) for _ in range(calls)]
            await asyncio.sleep(UP_S)
            processes = media_processes(service.pid)
            os.kill(processes[0].pid, signal.SIGKILL)
            killed_s = loop.time()
            later = await dialler.dial_many(int(FOR_S / EVERY_S), 1 / EVERY_S, (1.0, 1.0), seed=0)
            while loop.time() < killed_s + BACK_S and len(await _serving(service)) < len(processes):
                await asyncio.sleep(10 * EVERY_S)
            back_s = loop.time() - killed_s
    answered = [one.picked_up_s - killed_s for one in later if one.picked_up_s is not None]
    ended = [one.result() for one in up]
    byes = [one.ended_s - killed_s for one in ended if one.is_ended_by_bot and one.ended_s > killed_s]
    return {
        "calls_up": calls,
        "next_answered_s": round(min(answered), 3) if answered else None,
        "called_meanwhile": len(later),
        **setup_figures(later),
        "callers_hung_up": len(byes),
        "last_hung_up_s": round(max(byes), 3) if byes else None,
        "process_back_s": round(back_s, 1),
    }


async def _serving(service: "Service") -> list[str]:
    """The media processes that take calls."""
    from aicc.simulation.remains import health

    processes = (await health(service))["processes"]
    return [name for name, process in processes.items() if not process["leaving"]]
