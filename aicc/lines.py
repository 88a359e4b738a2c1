"""How a command answers that tells of things as they happen: one line of JSON after another, or text for people."""

import asyncio
import contextlib
import ctypes
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping

import typer

from aicc.errors import sentence
from aicc.output import print_line

log = logging.getLogger(__name__)

WriteLine = Callable[[Mapping[str, object]], None]


@contextlib.contextmanager
def json_lines() -> Iterator[WriteLine]:
    """What is written goes to standard output at once, a line each; what anybody else prints goes to standard error."""
    if sys.stdout is None:  # closed when the program began: by now 1 may be any other file
        yield lambda data: None
        return
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    lines = open(kept, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - closed below, whatever its reader did

    def write(data: Mapping[str, object]) -> None:
        with contextlib.redirect_stdout(lines):
            print_line(data)

    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield write
    finally:
        with contextlib.suppress(BrokenPipeError):
            lines.close()
        ctypes.CDLL(None).fflush(None)  # what C has buffered would otherwise come behind the last line
        os.dup2(kept, 1)
        os.close(kept)


@contextlib.contextmanager
def failures_told(write: WriteLine | None) -> Iterator[None]:
    """A failure is one line on standard error, or the key ``error`` of a last line; the exit code is 1."""
    try:
        yield
    except asyncio.CancelledError:  # SIGTERM, which a task that has to tidy up takes as its cancellation
        raise typer.Exit(128 + signal.SIGTERM) from None
    except (KeyboardInterrupt, Exception) as error:
        if isinstance(error, BrokenPipeError | typer.Exit):
            raise
        log.debug("where it happened", exc_info=error)
        explained = "interrupted" if isinstance(error, KeyboardInterrupt) else told(error)
        if write:
            write({"error": explained})
        else:
            typer.echo(f"aicc: {explained}", err=True)
        raise typer.Exit(1) from None


def told(error: BaseException) -> str:
    """One line for a person; of an error that nobody foresaw too."""
    foreseen = sentence(error) if isinstance(error, Exception) else None
    return foreseen or f"this is a bug in aicc: {type(error).__name__}: {' '.join(str(error).split())}"
