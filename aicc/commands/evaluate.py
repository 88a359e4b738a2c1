"""``aicc eval``: how right the product is, over cases."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from aicc.output import Answer, answers

evaluate = typer.Typer(help="How right the product is, over cases of yours.", no_args_is_help=True)
SHOWN = 20


class Direction(StrEnum):
    TO_WRITTEN = "to-written"
    TO_SPOKEN = "to-spoken"


@evaluate.command()
@answers
def stt(
    context: typer.Context,
    manifest: Annotated[Path, typer.Argument(help="TSV: path<TAB>text; paths are relative to it.")],
) -> Answer:
    """Character error rate (without spaces and punctuation, NFC) and delays of the recognizer."""
    from aicc.settings import settings_of
    from voicebot.stt import open_recognizer
    from voicebot.stt.evaluation import evaluate, read_manifest

    settings = settings_of(context)
    cases = read_manifest(manifest)
    result = evaluate(open_recognizer(settings.recognizer, settings.models, settings.device), cases)
    lag = "-" if result.partial_lag_ms_p50 is None else f"{result.partial_lag_ms_p50:.0f} ms"
    shown = [
        f"CER {100 * result.cer:.2f} % over {result.n} recordings; real-time factor {result.rtf:.4f}; "
        f"final {result.final_ms_p95:.0f} ms p95; partial lag {lag} p50",
        *(f"  said   {said}\n  heard  {heard}" for said, heard in result.mistakes[:SHOWN]),
    ]
    return Answer(result.as_json(), "\n".join(shown))


@evaluate.command()
@answers
def text(
    cases: Annotated[Path, typer.Argument(help="TSV: input<TAB>expected.")],
    direction: Annotated[Direction, typer.Option(help="to-spoken is compared without spaces.")],
) -> Answer:
    """The share of written or spoken forms that come out as expected."""
    from voicebot.text.evaluation import evaluate, read_cases

    result = evaluate(read_cases(cases), to_written=direction is Direction.TO_WRITTEN)
    failures = [{"input": given, "expected": expected, "got": got} for given, expected, got in result.failures]
    shown = [f"{100 * result.accuracy:.1f} % of {result.n} right"]
    shown += [f"  {given} → {got}, not {expected}" for given, expected, got in result.failures]
    data = {"n": result.n, "accuracy": round(result.accuracy, 4), "failures": failures}
    return Answer(data, "\n".join(shown))
