"""Events into the database, and the rows of calls and turns that follow from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Table, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from voicebot.events import (
    AgentJoined,
    BotFinished,
    BotInterrupted,
    CallEnded,
    CallStarted,
    Fault,
    HandoffRequested,
    Latency,
    Logged,
    Queued,
    TranscriptFinal,
    TranscriptPartial,
    TurnEnded,
    WrappedUp,
)
from voicebot.store import search
from voicebot.store.folding import folded
from voicebot.store.rows import started_at_of
from voicebot.store.tables import call_people, calls, events, turns

Values = dict[str, Any]

_OF_THE_START = ("direction", "door", "caller", "callee", "scenario")
# Whatever says one of these first is believed: a second call_ended changes nothing.
_SAID_ONCE = (*_OF_THE_START, "ended_at", "ended_by", "reason", "duration_ms", "handoff", "skill")
_UPDATE_CALL = (
    update(calls)
    .where(calls.c.call_id == bindparam("of", type_=calls.c.call_id.type))
    .values(
        {name: func.coalesce(calls.c[name], bindparam(f"new_{name}", type_=calls.c[name].type)) for name in _SAID_ONCE}
        | {
            "state": func.coalesce(bindparam("new_state", type_=calls.c.state.type), calls.c.state),
            "turn_count": calls.c.turn_count + bindparam("more_turns"),
            "fault_count": calls.c.fault_count + bindparam("more_faults"),
        }
    )
)
_NO_NEWS: Values = {f"new_{name}": None for name in (*_SAID_ONCE, "state")} | {"more_turns": 0, "more_faults": 0}

# A latency that was written before its turn, as when a batch was lost and comes again, is found by the turn.
_INSERT_ANSWERED = insert(turns).values(
    voice_to_voice_ms=select(events.c.payload["voice_to_voice_ms"].as_integer())
    .where(
        events.c.call_id == bindparam("of", type_=events.c.call_id.type),
        events.c.seq > bindparam("behind"),
        events.c.turn == bindparam("of_turn"),
        events.c.type == "latency",
    )
    .order_by(events.c.seq)
    .limit(1)
    .scalar_subquery()
)
_UPDATE_LATENCY = (
    update(turns)
    .where(
        turns.c.call_id == bindparam("of", type_=turns.c.call_id.type),
        turns.c.turn == bindparam("of_turn"),
        turns.c.side == "caller",
    )
    .values(voice_to_voice_ms=func.coalesce(turns.c.voice_to_voice_ms, bindparam("took_ms")))
)
# Of notes the newest counts, whichever was written last here.
_CODE_OF = events.c.payload["code"].as_string(), events.c.payload["suggested_code"].as_string()
_UPDATE_CODE = (
    update(calls)
    .where(calls.c.call_id == bindparam("of", type_=calls.c.call_id.type))
    .values(
        code=select(func.coalesce(func.nullif(_CODE_OF[0], ""), func.nullif(_CODE_OF[1], "")))
        .where(events.c.call_id == bindparam("of", type_=events.c.call_id.type), events.c.type == "wrapped_up")
        .order_by(events.c.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
)


def write(connection: Connection, batch: Iterable[Logged]) -> int:
    """Writes what is new of ``batch`` and answers how many that were; partial transcripts are left out.

    Rows are locked table by table and in the order of their keys: two writers of the same events wait for each other
    and never in a circle.
    """
    kept = {(logged.call_id, logged.seq): logged for logged in batch if not isinstance(logged.event, TranscriptPartial)}
    if not kept:
        return 0
    in_order = [kept[key] for key in sorted(kept)]
    make_calls(connection, {logged.call_id for logged in in_order})
    stored = connection.execute(
        inserting(connection, events).on_conflict_do_nothing().returning(events.c.call_id, events.c.seq),
        [_event_row(logged) for logged in in_order],
    )
    new = {(row.call_id, row.seq) for row in stored}
    fresh = [logged for logged in in_order if (logged.call_id, logged.seq) in new]
    _update_calls(connection, fresh)
    _write_turns(connection, fresh)
    _write_people(connection, fresh)
    if noted := sorted({logged.call_id for logged in fresh if isinstance(logged.event, WrappedUp)}):
        connection.execute(_UPDATE_CODE, [{"of": call_id} for call_id in noted])
    return len(fresh)


def make_calls(connection: Connection, call_ids: Iterable[str]) -> None:
    """A row for each call that has none; what ``call_started`` says of it is open. Raises ValueError for a bad id."""
    rows = [{"call_id": call_id, "started_at": started_at_of(call_id)} for call_id in sorted(call_ids)]
    connection.execute(inserting(connection, calls).on_conflict_do_nothing(), rows)


def inserting(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that can say what to do where the row exists: SQLAlchemy has one for each database."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def _event_row(logged: Logged) -> Values:
    fields = logged.as_json()
    row = {name: fields.pop(name) for name in ("call_id", "seq", "at_ms", "type")}
    return row | {"turn": getattr(logged.event, "turn", None), "payload": fields}


def _update_calls(connection: Connection, fresh: Sequence[Logged]) -> None:
    news: dict[str, Values] = {}
    for logged in fresh:
        said = _news_of(logged)
        if said:
            of_call = news.setdefault(logged.call_id, {"of": logged.call_id, **_NO_NEWS})
            for name, value in said.items():
                if name.startswith("more_"):
                    of_call[name] += value
                elif of_call[name] is None:
                    of_call[name] = value
    if news:
        connection.execute(_UPDATE_CALL, list(news.values()))


def _news_of(logged: Logged) -> Values:
    """What an event tells of its call."""
    said: Values
    match logged.event:
        case CallStarted() as event:
            said = {name: getattr(event, name) for name in _OF_THE_START}
        case CallEnded() as event:
            ended_at = started_at_of(logged.call_id) + timedelta(milliseconds=event.duration_ms)
            said = {"state": "ended", "ended_at": ended_at, "ended_by": event.by}
            said |= {"reason": event.reason, "duration_ms": event.duration_ms}
        case HandoffRequested() as event:
            said = {"handoff": event.reason, "skill": event.skill}
        case Queued() as event:
            said = {"skill": event.queue}
        case TurnEnded():
            return {"more_turns": 1}
        case Fault():
            return {"more_faults": 1}
        case _:
            return {}
    return {f"new_{name}": value for name, value in said.items()}


def _write_turns(connection: Connection, fresh: Sequence[Logged]) -> None:
    of_callers: list[Values] = []
    of_others: list[Values] = []
    latencies: list[Values] = []
    for logged in fresh:
        if isinstance(logged.event, Latency):
            event = logged.event
            latencies.append({"of": logged.call_id, "of_turn": event.turn, "took_ms": event.voice_to_voice_ms})
        elif row := _turn_row(logged):
            if row["side"] == "caller":
                of_callers.append(row | {"of": logged.call_id, "behind": logged.seq, "of_turn": row["turn"]})
            else:
                of_others.append(row)
    for statement, rows in ((_INSERT_ANSWERED, of_callers), (insert(turns), of_others), (_UPDATE_LATENCY, latencies)):
        if rows:
            connection.execute(statement, rows)
    search.index(connection, [*of_callers, *of_others])


def _write_people(connection: Connection, fresh: Sequence[Logged]) -> None:
    joined: dict[tuple[str, str], Values] = {}
    for logged in fresh:
        if isinstance(event := logged.event, AgentJoined):
            row = {"call_id": logged.call_id, "agent": event.agent, "seq": logged.seq}
            joined.setdefault((logged.call_id, event.agent), row)
    if joined:
        statement = inserting(connection, call_people).on_conflict_do_nothing()
        connection.execute(statement, [joined[key] for key in sorted(joined)])


def _turn_row(logged: Logged) -> Values | None:
    """The row of what was said, if the event tells that somebody has said something."""
    said: tuple[str, str, str, str | None]
    match logged.event:
        case TurnEnded() as event:
            said = ("caller", event.spoken, event.written, event.reason)
        case TranscriptFinal() as event if event.side != "caller":
            # nobody judges when an agent has finished: each final is a turn of theirs
            said = (event.side, event.spoken, event.written, None)
        case BotFinished() as event:
            said = ("bot", event.text, event.text, "finished")
        case BotInterrupted() as event:
            said = ("bot", event.heard_text, event.text, "interrupted")
        case _:
            return None
    row: Values = dict(zip(("side", "spoken", "written", "reason"), said, strict=True))
    row |= {"call_id": logged.call_id, "seq": logged.seq, "at_ms": logged.at_ms, "turn": event.turn}
    return row | {"folded": folded(row["written"], row["spoken"])}
