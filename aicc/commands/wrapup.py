"""``aicc wrapup show CALL | deliveries | retry ID...``: the notes of calls, and their way to the CRM."""

import contextlib
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aicc.errors import AiccError
from aicc.output import Answer, answers

if TYPE_CHECKING:
    from voicebot.store import Store
    from voicebot.store.deliveries import DeliveryRow
    from voicebot.store.wrapups import WrapupRow

wrapup = typer.Typer(help="Notes of calls, and their deliveries to the CRM.", no_args_is_help=True)

Data = Annotated[Path | None, typer.Option(metavar="DIR", help="Where calls are kept, as with aicc serve.")]


class State(StrEnum):
    waiting = "waiting"
    done = "done"
    failed = "failed"


class NothingThere(AiccError):
    """What was asked for is not in the store."""


@wrapup.command()
@answers
def show(
    context: typer.Context,
    call: Annotated[str, typer.Argument(help="A call's id.")],
    version: Annotated[int | None, typer.Option(min=1, help="Instead of the newest.")] = None,
    data: Data = None,
) -> Answer:
    """The note of a call, the newest version; with --json all of them."""
    with _store(context, data) as store:
        versions = store.wrapups.versions(call)
    if not versions:
        raise NothingThere(f'no note of a call "{call}": check its id, "aicc serve" writes it when the call is over')
    chosen = next((row for row in reversed(versions) if version in (None, row.version)), None)
    if chosen is None:
        raise NothingThere(f"no version {version} of this note: the newest is {versions[-1].version}")
    return Answer({"call_id": call, "versions": [_note_data(row) for row in versions]}, _note_shown(chosen, versions))


@wrapup.command()
@answers
def deliveries(
    context: typer.Context,
    state: Annotated[State | None, typer.Option(help="Only those that wait, have arrived, or were given up.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
    data: Data = None,
) -> Answer:
    """What was and is to be delivered to the CRM, newest first."""
    with _store(context, data) as store:
        rows = store.deliveries.find(state.value if state else None, limit)
    shown = "\n".join(_delivery_shown(row) for row in rows) or "no deliveries"
    return Answer({"deliveries": [_delivery_data(row) for row in rows]}, shown)


@wrapup.command()
@answers
def retry(
    context: typer.Context,
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID...", help="Deliveries.")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="All that were given up, the oldest first.")] = False,
    to: Annotated[str | None, typer.Option(metavar="URL", help="To another address than they were meant for.")] = None,
    data: Data = None,
) -> Answer:
    """Send deliveries again, as if they were new: the service that runs does it at once."""
    from datetime import UTC, datetime

    from voicebot.store.deliveries import NotRetried

    if bool(ids) == failed:
        raise NothingThere("nothing to retry: name deliveries, or --failed for all that were given up")
    if to is not None:
        to = _address(to)
    retried, refused = [], []
    with _store(context, data) as store:
        for delivery_id in ids or _failed(store):
            try:
                if row := store.deliveries.retry(delivery_id, datetime.now(UTC), to):
                    retried.append(row)
                else:
                    refused.append(f'no delivery "{delivery_id}": see "aicc wrapup deliveries"')
            except NotRetried as told:
                refused.append(str(told))
    shown = "\n".join([f"due now: {len(retried)}", *refused])
    # of all that were given up some are rightly left alone
    error = f"{len(refused)} of {len(refused) + len(retried)} were not retried" if refused and not failed else None
    return Answer({"retried": [_delivery_data(row) for row in retried], "refused": refused}, shown, error)


@contextlib.contextmanager
def _store(context: typer.Context, data: Path | None) -> "Iterator[Store]":
    from aicc.settings import settings_of
    from voicebot.store import Store

    settings = settings_of(context)
    url = settings.store
    if url is None or data is not None:
        path = (data.absolute() if data else settings.data) / "aicc.db"
        if not path.is_file():
            raise NothingThere(f'no calls in "{path.parent}": name the folder of the service with --data')
        url = f"sqlite:///{path}"
    with contextlib.closing(Store.open(url)) as store:
        yield store


def _failed(store: "Store") -> list[str]:
    rows: list[DeliveryRow] = []
    while page := store.deliveries.find("failed", 500, rows[-1].id if rows else None):
        rows += page
    return [row.id for row in sorted(rows, key=lambda row: (row.call_id, row.version))]


def _address(url: str) -> str:
    from pydantic import ValidationError

    from assist.wrapup.crm import CrmSettings

    try:
        return CrmSettings(url=url).url
    except ValidationError as invalid:
        raise NothingThere(f"--to does not fit: {invalid.errors()[0]['msg'].lower()}") from None


def _note_data(row: "WrapupRow") -> dict[str, object]:
    return {"version": row.version, "at": row.at.isoformat(), "edited_by": row.edited_by, **row.note}


def _note_shown(row: "WrapupRow", versions: "Sequence[WrapupRow]") -> str:
    note = row.note
    who = row.edited_by or "the machine"
    lines = [f"version {row.version} of {len(versions)}, by {who}, {row.at.astimezone():%Y-%m-%d %H:%M:%S}"]
    names = {"issue": "문의", "actions": "처리", "resolution_text": "결과"}
    for name, value in ((name, note["summary"].get(name, "")) for name in names):
        for one in value if isinstance(value, list) else [value]:
            lines.append(f"{names[name]}: {one}")
    lines += [f"약속: {one.get('what', '')} {one.get('due', '')}".rstrip() for one in note["follow_ups"]]
    lines += [f"{name}: {value}" for name, value in note["slots"].items()]
    suggested = f"{note['suggested_code']} ({note['confidence']:.0%})"
    lines.append(f"상담 유형: {note['code'] or f'{suggested}, 제안'}")
    return "\n".join(lines)


def _delivery_data(row: "DeliveryRow") -> dict[str, object]:
    names = ("id", "call_id", "version", "url", "state", "attempts", "last_error")
    moments = {"created_at": row.created_at, "next_at": row.next_at, "done_at": row.done_at}
    written = {name: moment.isoformat() if moment else None for name, moment in moments.items()}
    return {name: getattr(row, name) for name in names} | written


def _delivery_shown(row: "DeliveryRow") -> str:
    line = f"{row.id}  {row.state:7}  call {row.call_id} version {row.version}, {row.attempts} attempts"
    if row.state == "waiting":
        line += f", next {row.next_at.astimezone():%m-%d %H:%M:%S}"
    return line + (f": {row.last_error}" if row.last_error else "")
