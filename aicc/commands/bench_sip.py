"""``aicc bench sip``: how soon calls are set up, what they leave behind, and what spoiled datagrams do."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from aicc.output import Answer, answers

if TYPE_CHECKING:
    from pathlib import Path

STAYS_S = (0.5, 3.0)  # a call, from picking up to BYE
LEAVING_S = 40.0  # RFC 3261 keeps what has ended for 32 s
UNANSWERED_S = 80.0  # a 200 waits 32 s for its ACK, the BYE behind it 32 s for its answer
FIRST_CALLS = 40  # what a process opens with its first calls is no leak


@answers
def bench_sip(
    context: typer.Context,
    calls: Annotated[int, typer.Option(min=1, help="Calls in all.")] = 1_000,
    per_second: Annotated[float, typer.Option(min=0.1, help="Calls that begin in a second.")] = 20.0,
    mutated: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="No calls: send so many spoiled datagrams instead.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Decides what is left to chance.")] = 0,
) -> Answer:
    """Set up and end calls over SIP, without a caller's sound, or spoil the messages: what it takes, what is left.

    A service of its own is started, in its default layout; the user agent that calls it shares this machine.
    """
    import asyncio

    config = context.find_root().params.get("config")
    work = _mutated(mutated, config, seed) if mutated else _calls(calls, per_second, config, seed)
    figures = asyncio.run(work)
    width = max(len(name) for name in figures)
    return Answer(figures, "\n".join(f"{name:{width}}  {'-' if it is None else it}" for name, it in figures.items()))


async def _calls(calls: int, per_second: float, config: "Path | None", seed: int) -> dict[str, Any]:
    import math
    from dataclasses import asdict

    from aicc.simulation.dialling import Dialler, setup_figures
    from aicc.simulation.remains import Held, all_gone, calls_gone
    from aicc.simulation.service import started
    from aicc.simulation.sip_callers import SIP_HERE

    slots = math.ceil(1.5 * per_second * STAYS_S[1])
    async with started(config=config, settings={"AICC_SLOTS": str(max(40, slots)), **SIP_HERE}) as service:
        assert service.telephone
        async with Dialler.opened(service.telephone) as dialler:
            await dialler.dial_many(min(calls, FIRST_CALLS), per_second, STAYS_S, seed)
            await calls_gone(service, LEAVING_S)
            before = Held.by(service)
            made = await dialler.dial_many(calls, per_second, STAYS_S, seed + 1)
            left = await all_gone(service, LEAVING_S)
            held = Held.by(service)
    return {
        "calls": calls,
        "per_second": per_second,
        **setup_figures(made),
        "left_behind": asdict(left),
        **held.growth(before),
    }


async def _mutated(count: int, config: "Path | None", seed: int) -> dict[str, Any]:
    import tempfile
    from dataclasses import asdict

    from aicc.simulation.dialling import Dialler
    from aicc.simulation.remains import Held, all_gone, calls_gone
    from aicc.simulation.service import started
    from aicc.simulation.sip_callers import SIP_HERE
    from aicc.simulation.spoiling import Spoiler, faults_in

    with tempfile.TemporaryFile() as log:
        async with started(config=config, settings={"AICC_SLOTS": "40", **SIP_HERE}, log=log) as service:
            assert service.telephone
            async with Dialler.opened(service.telephone) as dialler:
                await dialler.dial_many(FIRST_CALLS, 20, STAYS_S, seed)
                await calls_gone(service, LEAVING_S)
            before = Held.by(service)
            async with Spoiler.opened(service.telephone, seed) as spoiler:
                sent = await spoiler.send(count)
                left = await all_gone(service, UNANSWERED_S)
                held = Held.by(service)
        log.seek(0)
        faults = faults_in(log)
    return {**sent.as_json(), "left_behind": asdict(left), **held.growth(before), "log": faults}
