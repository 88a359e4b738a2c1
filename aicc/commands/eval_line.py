"""``aicc eval line``: how many turns a bad line costs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aicc.output import Answer, answers

if TYPE_CHECKING:
    from aicc.simulation.script import Script
    from aicc.simulation.understanding import Done

AT_ONCE = 11  # over either line: a machine that is too busy would be heard as a bad line


@answers
def line(
    context: typer.Context,
    scripts: Annotated[
        list[Path] | None,
        typer.Argument(metavar="SCRIPT…", help="Scripts that only say things; audio_fixtures/line where left out."),
    ] = None,
    loss: Annotated[float, typer.Option(min=0, max=1, help="Share of packets that get lost.")] = 0.05,
    jitter_ms: Annotated[float, typer.Option(min=0, max=1_000, help="By how much packets are late.")] = 60.0,
    codec: Annotated[str, typer.Option(metavar="PCMU|PCMA|opus", help="What telephones speak.")] = "PCMU",
    seed: Annotated[int, typer.Option(help="Decides which packets.")] = 0,
) -> Answer:
    """How many of the turns that a bot understands over a clean line it understands over a bad one.

    All scripts call over SIP twice, once over either line, at the same time and at a service of its own. A turn is
    understood when the bot does with it what it does when the same words are typed: the same flows, slots with the
    same values (or a question whether they are right), the same answer.
    """
    import asyncio

    from aicc.settings import settings_of
    from aicc.simulation.script_file import read_scripts
    from aicc.simulation.understanding import is_understood, texts_of, typed

    loaded = read_scripts(scripts or [_own_scripts()])
    wanted = asyncio.run(typed(loaded, settings_of(context)))
    config = context.find_root().params.get("config")
    clean, bad = asyncio.run(_calls(loaded, config, codec, loss, jitter_ms, seed))
    said = [(script.name, text) for script in loaded for text in texts_of(script)]
    expected = [turn for call in wanted for turn in call]
    figures: dict[str, Any] = {"n": len(said)}
    for name, calls in (("clean", clean), ("impaired", bad)):
        found = _aligned(calls, wanted)
        is_right = [one is not None and is_understood(one, it) for one, it in zip(found, expected, strict=True)]
        figures[name] = sum(is_right)
        figures[f"{name}_wrong"] = [
            f"{script}: {text}" for (script, text), it in zip(said, is_right, strict=True) if not it
        ]
    figures["share"] = round(figures["impaired"] / figures["clean"], 4) if figures["clean"] else None
    shown = (
        f"of {len(said)} turns {figures['clean']} are understood over a clean line, "
        f"{figures['impaired']} with {100 * loss:g} % loss and {jitter_ms:g} ms jitter"
    )
    return Answer(figures, shown)


def _own_scripts() -> Path:
    import audio_fixtures

    return Path(audio_fixtures.__file__).parent / "line"


def _aligned(calls: "list[list[Done]]", wanted: "list[list[Done]]") -> "list[Done | None]":
    """As many turns as there should be: those that a call did not come to are None."""
    return [
        found[number] if number < len(found) else None
        for found, expected in zip(calls, wanted, strict=True)
        for number in range(len(expected))
    ]


async def _calls(
    scripts: "list[Script]", config: Path | None, codec: str, loss: float, jitter_ms: float, seed: int
) -> "tuple[list[list[Done]], list[list[Done]]]":
    """What the bot did, turn by turn: over the clean line, and over the bad one."""
    import asyncio
    import contextlib

    from aicc.simulation.pool import run_callers
    from aicc.simulation.script import Script
    from aicc.simulation.service import Service, started
    from aicc.simulation.sip_callers import SIP_HERE, SipCallers, Telephones
    from aicc.simulation.speech import Speech
    from aicc.simulation.understanding import heard
    from aicc.simulation.wire import Wire

    kinds = (Telephones.of(codec, 0, 0), Telephones.of(codec, loss, jitter_ms))
    async with started(config=config, settings=SIP_HERE) as service, contextlib.AsyncExitStack() as stack:
        assert service.telephone

        async def over(telephones: Telephones) -> "list[list[Done]]":
            assert service.telephone
            ids: dict[int, str] = {}
            callers = await stack.enter_async_context(SipCallers(service.telephone, telephones, ids))
            lines = asyncio.Semaphore(AT_ONCE)  # who waits for one has not called yet

            async def connect(script: Script, number: int) -> Wire:
                await lines.acquire()
                return await callers.connect(script, number)

            reports = await run_callers(
                scripts,
                len(scripts),
                connect,
                speech=Speech(telephones.rate_hz),
                seed=seed,
                reported=lambda report: lines.release(),
            )
            calls = Service(service.data, call_ids=ids)
            return [heard(one, [event.as_json() for event in await calls.events(one)]) for one in reports]

        clean, bad = await asyncio.gather(*map(over, kinds))
    return clean, bad
