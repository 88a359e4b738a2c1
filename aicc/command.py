"""The ``aicc`` command: what every subcommand shares, and where each is plugged in.

To add a command, write it in a file of its own under ``aicc/commands/`` and plug it in below:

    # aicc/commands/transcribe.py
    from pathlib import Path
    from aicc.output import Answer, answers

    @answers                                  # adds --json, prints the answer, turns errors into one line
    def transcribe(context: typer.Context, sound: Path) -> Answer:
        \"\"\"What is said in SOUND.\"\"\"          # the help text
        from aicc.settings import settings_of  # rooms and libraries are imported inside the function
        ...
        return Answer({"text": text}, shown=text)

    # here
    from aicc.commands.transcribe import transcribe
from aicc.commands.wrapup import wrapup
    app.command()(transcribe)

A group of commands (``aicc models ...``) is a ``typer.Typer()`` of its own, added with ``add_typer``. Modules under
``aicc/commands/`` import only the standard library, typer, ``aicc.output`` and ``aicc.errors`` at their top, so that
``aicc --help`` stays instant; ``tests/aicc/test_command.py`` holds them to it.
"""

import logging
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from aicc.commands.address import address
from aicc.commands.assist import assist
from aicc.commands.bench import bench
from aicc.commands.bench_address import bench_address
from aicc.commands.bench_assist import bench_assist
from aicc.commands.bench_calls import bench_calls
from aicc.commands.bench_desk import bench_desk
from aicc.commands.bench_kb import bench_kb
from aicc.commands.bench_recovery import bench_recovery
from aicc.commands.bench_sip import bench_sip
from aicc.commands.bench_speaker import bench_speaker
from aicc.commands.bench_web import bench_web
from aicc.commands.call import call
from aicc.commands.chat import chat
from aicc.commands.demo import demo
from aicc.commands.doctor import doctor
from aicc.commands.eval_calls import calls
from aicc.commands.eval_line import line
from aicc.commands.eval_suggestions import suggestions
from aicc.commands.eval_turns import turns
from aicc.commands.eval_wrapup import wrapup as wrapup_notes
from aicc.commands.evaluate import evaluate
from aicc.commands.figures import figures
from aicc.commands.flow import flow
from aicc.commands.flow_test import test as test_flows
from aicc.commands.kb import kb
from aicc.commands.kb_eval import evaluate_search
from aicc.commands.models import models
from aicc.commands.people import people
from aicc.commands.say import say
from aicc.commands.serve import serve
from aicc.commands.simulate import simulate
from aicc.commands.speaker import speaker
from aicc.commands.text import text
from aicc.commands.transcribe import transcribe
from aicc.commands.wrapup import wrapup
from aicc.output import print_line

app = typer.Typer(
    name="aicc",
    help="A Korean AI contact centre on your own machines: voicebot and agent assist.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(demo)
app.command()(serve)
app.command()(call)
app.command()(simulate)
app.command()(transcribe)
app.command()(say)
app.add_typer(text, name="text")
kb.command("eval")(evaluate_search)
app.add_typer(kb, name="kb")
flow.command("test")(test_flows)
app.add_typer(flow, name="flow")
app.command()(chat)
evaluate.command("turns")(turns)
evaluate.command("calls")(calls)
evaluate.command("line")(line)
evaluate.command("suggestions")(suggestions)
evaluate.command("wrapup")(wrapup_notes)
app.add_typer(evaluate, name="eval")
bench.command("kb")(bench_kb)
bench.command("calls")(bench_calls)
bench.command("sip")(bench_sip)
bench.command("web")(bench_web)
bench.command("recovery")(bench_recovery)
bench.command("assist")(bench_assist)
bench.command("address")(bench_address)
bench.command("speaker")(bench_speaker)
bench.command("desk")(bench_desk)
app.add_typer(bench, name="bench")
app.add_typer(assist, name="assist")
app.add_typer(address, name="address")
app.add_typer(speaker, name="speaker")
app.add_typer(wrapup, name="wrapup")
app.add_typer(people, name="people")
app.command()(figures)
app.add_typer(models, name="models")
app.command()(doctor)


@app.callback()
def shared(
    config: Annotated[
        Path | None,
        typer.Option(envvar="AICC_CONFIG", help="The settings file; ./aicc.yaml where there is one, else defaults."),
    ] = None,
    verbose: Annotated[
        int, typer.Option("--verbose", "-v", count=True, help="Log more to standard error; twice for everything.")
    ] = 0,
) -> None:
    """Options before the subcommand; ``config`` is read by :func:`aicc.settings.settings_of`."""
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    logging.basicConfig(level=level, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s", force=True)


def main() -> None:
    """The console script. A mistake in the command line itself exits with 2, as is usual, any other failure with 1."""
    # a call's mathematics is small: threads that wait for work by spinning cost more than they do
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        if "--json" not in sys.argv[1:]:
            app()
        sys.exit(app(standalone_mode=False))
    except typer.TyperException as mistake:
        print_line({"error": mistake.format_message()})
        sys.exit(mistake.exit_code)
    except BrokenPipeError:
        # the reader has gone (aicc models list | head): python must not complain about it again when it flushes
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
