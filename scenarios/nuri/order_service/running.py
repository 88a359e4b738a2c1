"""Runs the order service as a process of its own, or starts one for as long as a test or a tool needs it."""

import argparse
import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
START_LIMIT_S = 20.0
STOP_LIMIT_S = 5.0


class OrderServiceFailed(RuntimeError):
    """The order service did not start; the message says what it said."""


@contextlib.contextmanager
def running(port: int = 0, database: Path | None = None) -> Iterator[str]:
    """The sample order service in a process of its own on loopback: its URL, until the block is left.

    Port 0 takes a free one; without ``database`` everything is in memory. Raises OrderServiceFailed.
    """
    command = [sys.executable, "-m", "scenarios.nuri.order_service", "--sample", "--port", str(port)]
    if database is not None:
        command += ["--database", str(database.resolve())]
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    with tempfile.TemporaryFile("w+") as errors:  # a file is never full, as a pipe that nobody reads would be
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment)
        try:
            yield _announced(process, errors.fileno())
        finally:
            process.terminate()
            try:
                process.wait(STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            assert process.stdout
            process.stdout.close()


def _announced(process: "subprocess.Popen[str]", errors: int) -> str:
    assert process.stdout
    readable, _, _ = select.select([process.stdout], [], [], START_LIMIT_S)
    line = process.stdout.readline().strip() if readable else ""
    if line.startswith("http://"):
        return line
    said = os.pread(errors, 2_000, 0).decode(errors="replace").strip() or f"silent for {START_LIMIT_S:.0f} s"
    raise OrderServiceFailed(f"the order service did not start: {said}")


def main(arguments: list[str] | None = None) -> None:
    """``python -m scenarios.nuri.order_service``: prints its URL once it answers, and serves until SIGTERM."""
    parser = argparse.ArgumentParser("scenarios.nuri.order_service", description="누리홈쇼핑's order service.")
    parser.add_argument("--port", type=int, default=8010, help="0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1", help="loopback unless told otherwise")
    parser.add_argument("--database", help="an SQLite file; in memory without one")
    parser.add_argument("--sample", action="store_true", help="the sample orders, /reset, misbehaviour on command")
    parser.add_argument("--until-stdin-ends", action="store_true", help="end when whoever started it is gone")
    options = parser.parse_args(arguments)
    if options.until_stdin_ends:
        threading.Thread(target=_end_with_stdin, name="stdin", daemon=True).start()
    try:
        with socket.create_server((options.host, options.port)) as listening:
            _serve(listening, options.database, options.sample)
    except (OSError, OverflowError) as error:
        sys.exit(f"cannot listen on {options.host}:{options.port}: {error}: choose another with --port")


def _end_with_stdin() -> None:
    """Terminates this process when its standard input ends; until then what comes is thrown away."""
    with contextlib.suppress(OSError):
        while os.read(0, 4_096):
            pass
    os.kill(os.getpid(), signal.SIGTERM)


def _serve(listening: socket.socket, database: str | None, is_sample: bool) -> None:
    # Loaded after the arguments are read, so that --help and a mistake answer at once.
    import logging

    import uvicorn
    from sqlalchemy.exc import DatabaseError

    from scenarios.nuri.order_service import policy, sample
    from scenarios.nuri.order_service.misbehaviour import OrderedDrops
    from scenarios.nuri.order_service.service import order_service
    from scenarios.nuri.order_service.tables import open_database

    host, port = listening.getsockname()[:2]

    class Announcing(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            print(f"http://{host}:{port}", flush=True)

    try:
        engine = open_database(database)
        if is_sample and sample.is_empty(engine):
            sample.restore(engine, policy.now().date())
    except DatabaseError as error:
        sys.exit(f"cannot use the database {database}: {error.orig}: name another with --database")
    config = uvicorn.Config(order_service(engine, is_sample), log_level="warning", access_log=False)
    logging.getLogger("uvicorn.error").addFilter(OrderedDrops())
    Announcing(config).run([listening])
