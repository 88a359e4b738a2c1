"""``aicc eval turns``: how often the end of an utterance is judged right."""

from pathlib import Path
from typing import Annotated

import typer

from aicc.output import Answer, answers


@answers
def turns(
    cases: Annotated[Path, typer.Argument(help="TSV: text<TAB>end|open; what was heard as it stands at a pause.")],
) -> Answer:
    """The share of pauses judged right: is the caller done, or will more come? Text alone, nothing asked before."""
    from voicebot.turns.evaluation import evaluate, read_turns

    result = evaluate(read_turns(cases))
    shown = [
        f"{100 * result.accuracy:.1f} % of {result.n} right; {len(result.cut)} cut early, {len(result.late)} late",
        *(f"  cut   {text} ({end:.2f})" for text, end in result.cut),
        *(f"  late  {text} ({end:.2f})" for text, end in result.late),
    ]
    data = {
        "n": result.n,
        "accuracy": round(result.accuracy, 4),
        "early_cuts": len(result.cut),
        "late": len(result.late),
    }
    return Answer(data, "\n".join(shown))
