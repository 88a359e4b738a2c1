"""How recorded callers call in: one line of JSON to the front's socket, one line back that says where the call is."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from aicc.errors import AiccError
from aicc.service.data_folder import run_folder
from voicebot.link import Accepted, Refused

log = logging.getLogger(__name__)

LARGEST_LINE_BYTES = 65_536
LINE_S = 5.0  # who connects and asks nothing for so long is sent away
ANSWER_S = 20.0  # several processes may have to be asked
MOST_ASKING = 256

Name = Annotated[str, Field(max_length=200)]


class CallNotTaken(AiccError):
    """The service did not take a call; ``reason`` is its own word, ``busy`` where it is full."""

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason


class CallIn(BaseModel):
    """A recorded caller's wish. Without a ``scenario`` (its name or its folder's) the called number decides."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    caller: Name = ""
    called: Name = ""
    direction: Literal["in", "out"] = "in"
    scenario: Name | None = None
    variables: Annotated[dict[Name, Annotated[str, Field(max_length=2_000)]], Field(max_length=50)] = {}


@dataclass(frozen=True, slots=True)
class TakenCall:
    """Where the frames of a call are exchanged: see :mod:`voicebot.doors.wav`, whose token is ``call_id``."""

    call_id: str
    socket: str
    rate_hz: int


Offering = Callable[[CallIn], Awaitable[Accepted | Refused]]


def calls_socket(data: Path) -> Path:
    """Where a service with this data folder listens for recorded callers."""
    return run_folder(data) / "calls.sock"


@contextlib.asynccontextmanager
async def calls_taken(path: Path, offer: Offering) -> AsyncIterator[None]:
    """Listens at ``path`` for as long as the block runs; whoever may open the socket may call."""
    asking = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asking
        if asking >= MOST_ASKING:
            writer.close()
            return
        asking += 1
        try:
            writer.write(json.dumps(await _answer(reader, offer), ensure_ascii=False).encode() + b"\n")
            await writer.drain()
        except OSError:
            pass  # gone: a call that was taken is given up where its caller does not come
        finally:
            asking -= 1
            writer.close()

    path.unlink(missing_ok=True)  # of a service that was killed
    server = await asyncio.start_unix_server(serve, path, limit=LARGEST_LINE_BYTES)
    path.chmod(0o600)
    try:
        yield
    finally:
        server.close()
        path.unlink(missing_ok=True)


async def call_in(
    path: Path,
    *,
    caller: str = "",
    called: str = "",
    direction: Literal["in", "out"] = "in",
    scenario: str | None = None,
    variables: Mapping[str, str] | None = None,
) -> TakenCall:
    """Asks the service that listens at ``path`` to take a call; :class:`CallNotTaken`."""
    wish = CallIn(caller=caller, called=called, direction=direction, scenario=scenario, variables=dict(variables or {}))
    try:
        async with asyncio.timeout(ANSWER_S):
            reader, writer = await asyncio.open_unix_connection(path)
            try:
                writer.write(wish.model_dump_json().encode() + b"\n")
                line = await reader.readline()
            finally:
                writer.close()
    except (FileNotFoundError, ConnectionRefusedError):
        raise CallNotTaken(f'no service listens at "{path}": start "aicc serve", or check its --data') from None
    except TimeoutError:
        raise CallNotTaken(f'the service at "{path}" did not answer in {ANSWER_S:.0f} s: see its log') from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise CallNotTaken(f'the service at "{path}" could not be asked: {reason}: see its log') from None
    answer: dict[str, Any] = json.loads(line) if line else {"error": "it said nothing"}
    if refused := answer.get("error"):
        raise CallNotTaken(f"the service did not take the call: {refused}", refused)
    return TakenCall(answer["call_id"], answer["socket"], answer["rate_hz"])


async def _answer(reader: asyncio.StreamReader, offer: Offering) -> dict[str, object]:
    try:
        async with asyncio.timeout(LINE_S):
            line = await reader.readline()
        wish = CallIn.model_validate_json(line)
    except TimeoutError:
        return {"error": f"nothing was asked for {LINE_S:.0f} s: send one line of JSON"}
    except ValidationError as invalid:
        first = invalid.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the line"
        return {"error": f"{where} does not fit: {first['msg'].lower()}"}
    except ValueError:  # longer than the limit
        return {"error": f"a line of more than {LARGEST_LINE_BYTES:,} bytes: send fewer variables"}
    try:
        answer = await offer(wish)
    except Exception:
        log.exception("a call could not be offered")
        return {"error": "the service failed: see its log"}
    if isinstance(answer, Refused):
        return {"error": answer.reason}
    return asdict(TakenCall(answer.call_id, answer.socket, answer.rate_hz))
