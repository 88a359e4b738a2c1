"""How a command answers: rich text for people, or with ``--json`` exactly one line on standard output.

Logs, progress and whatever libraries print go to standard error. A failure is one line there, or the key ``error`` of
the one line, and the exit code 1.
"""

import contextlib
import ctypes
import functools
import inspect
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, ParamSpec

import typer

from aicc.errors import sentence

if TYPE_CHECKING:
    from rich.console import RenderableType

log = logging.getLogger(__name__)
Arguments = ParamSpec("Arguments")

_JSON = inspect.Parameter(
    "as_json",
    inspect.Parameter.KEYWORD_ONLY,
    default=False,
    annotation=Annotated[bool, typer.Option("--json", help="Answer with one line of JSON on standard output.")],
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command found: ``data`` is the one line of ``--json``, ``shown`` is for people (text or rich).

    With ``error`` the command has done its work and still failed: the sentence is added to both forms, exit code 1.
    """

    data: Mapping[str, object]
    shown: "RenderableType" = ""
    error: str | None = None


def answers(command: Callable[Arguments, Answer]) -> Callable[..., None]:
    """Makes a typer command of a function that returns an :class:`Answer`: adds ``--json``, prints, explains errors."""

    @functools.wraps(command)
    def answering(*positional: Arguments.args, **named: Arguments.kwargs) -> None:
        as_json = bool(named.pop("as_json", False))
        with _standard_output_kept_clean() if as_json else contextlib.nullcontext():
            answer = _outcome(functools.partial(command, *positional, **named))
        if as_json:
            print_line({**answer.data, "error": answer.error} if answer.error else answer.data)
        else:
            _show(answer)
        if answer.error:
            raise typer.Exit(1)

    signature = inspect.signature(command, eval_str=True)
    parameters = [*signature.parameters.values(), _JSON]
    answering.__signature__ = signature.replace(parameters=parameters, return_annotation=None)  # type: ignore[attr-defined]
    return answering


def print_line(data: Mapping[str, object]) -> None:
    """One line of JSON on standard output, always UTF-8; paths become text."""
    # A newline is escaped by JSON; these three end a line for some readers and are not.
    line = json.dumps(data, ensure_ascii=False, default=_path, allow_nan=False)
    for mark in ("\x85", "\u2028", "\u2029"):
        line = line.replace(mark, f"\\u{ord(mark):04x}")
    typer.echo(line.encode())


def _path(value: object) -> str:
    if isinstance(value, PurePath):
        return str(value)
    raise TypeError(f"a command answered with a {type(value).__name__}, which JSON cannot carry")


def _outcome(work: Callable[[], Answer]) -> Answer:
    try:
        return work()
    except KeyboardInterrupt:
        return Answer({}, error="interrupted")
    except BrokenPipeError:
        raise
    except Exception as error:
        explained = sentence(error)
        log.debug("where it happened", exc_info=error)
        if explained is None:
            where = f'"aicc --verbose --verbose {" ".join(sys.argv[1:])}" shows where'
            explained = f"this is a bug in aicc: {type(error).__name__}: {' '.join(str(error).split())} ({where})"
        return Answer({}, error=explained)


def _show(answer: Answer) -> None:
    from rich.console import Console

    if answer.shown != "":
        # soft_wrap: a line of text is one line for grep too; tables know their own width
        is_text = isinstance(answer.shown, str)
        Console(highlight=False, markup=not is_text, emoji=False).print(answer.shown, soft_wrap=is_text)
    if answer.error:
        typer.echo(f"aicc: {answer.error}", err=True)


@contextlib.contextmanager
def _standard_output_kept_clean() -> Iterator[None]:
    """Sends standard output to standard error meanwhile; for C and C++ libraries too, which go past ``sys.stdout``."""
    try:
        sys.stdout.flush()
        kept = os.dup(1)
        os.dup2(2, 1)
    except (OSError, ValueError):  # closed, or not a file at all: nothing of ours can get out there
        with contextlib.redirect_stdout(sys.stderr):
            yield
        return
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        ctypes.CDLL(None).fflush(None)  # what C has buffered would otherwise appear behind the answer
        os.dup2(kept, 1)
        os.close(kept)
