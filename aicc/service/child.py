"""What all processes of the service have in common at their start, behind a link to the front."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from aicc.service.loop import new_loop
from aicc.service.process import Start

SWITCH_S = 0.0005  # how long models and disk may keep the loop from running; 5 ms is a quarter of a frame

Serve = Callable[[Start, socket.socket], Coroutine[Any, Any, int]]
"""A process's work, to its end: the link's open socket is its own from there on; the exit status."""


def run_child(serve: Serve) -> int:
    """The first argument of the command line is the number of the link's open socket; :class:`Start` comes as JSON on
    standard input, which is closed. Ctrl-C is for the front to hear."""
    end = socket.socket(fileno=int(sys.argv[1]))
    start = Start.model_validate_json(sys.stdin.buffer.read())
    sys.stdin.close()
    form = f"%(levelname)s {start.name} %(name)s: %(message)s"
    logging.basicConfig(level=start.log_level, stream=sys.stderr, format=form, force=True)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.setswitchinterval(SWITCH_S)
    with asyncio.Runner(loop_factory=new_loop) as runner:
        return runner.run(serve(start, end))
