"""Search in what was said: an index of the pairs of letters of each turn.

Most words that people look for in Korean speech have two syllables (환불, 배송), and an index of triples, as SQLite and
PostgreSQL bring one each, finds none of them. A pair that is looked for is one entry of the index; a text is in a turn
only if all its pairs are, and the turn itself then tells whether they stand in that order.

PostgreSQL computes the pairs itself (``aicc_pairs``, under a GIN index). SQLite keeps an FTS5 table without contents:
``turn_search``, whose rows are numbered by call and event, and ``turn_search_calls`` with the numbers of calls.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, select
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY

from voicebot.events import Side
from voicebot.store.tables import PlainText, calls, plain, turns

FEW_TURNS = 5_000
"""Up to so many turns an index is asked for all of them; what is said more often is met soon on the way back."""

_SEQ_BITS = 20  # of a row's number in turn_search; the rest is the call's
_MOST_SEQ = (1 << _SEQ_BITS) - 1

_NUMBER_CALLS = sql("INSERT OR IGNORE INTO turn_search_calls (call_id) VALUES (:call_id)")
_INDEX = sql(
    "INSERT INTO turn_search (rowid, pairs) "
    f"SELECT number << {_SEQ_BITS} | :seq, :pairs FROM turn_search_calls WHERE call_id = :call_id"
)
_FORGET = sql(
    "INSERT INTO turn_search (turn_search, rowid, pairs) "
    f"SELECT 'delete', number << {_SEQ_BITS} | :seq, :pairs FROM turn_search_calls WHERE call_id = :call_id"
)
_FORGET_NUMBER = sql("DELETE FROM turn_search_calls WHERE call_id = :call_id")
_SQLITE_ROWS = sql("SELECT rowid FROM turn_search WHERE turn_search MATCH :wanted LIMIT :most")
_SQLITE_CALLS = sql("SELECT call_id FROM turn_search_calls WHERE number IN :numbers").bindparams(
    bindparam("numbers", expanding=True)
)
_POSTGRESQL_CALLS = sql("SELECT call_id FROM turns WHERE aicc_pairs(folded) @> :wanted LIMIT :most").bindparams(
    bindparam("wanted", type_=ARRAY(PlainText))
)
# with less, what is said often is kept by page, and pairs are computed anew for every turn of these pages
_ROOM = sql("SET LOCAL work_mem = '64MB'")


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a text was found: letters ``start`` to ``end`` of ``text`` (NFC), in the turn of event ``seq``."""

    seq: int
    side: Side | str
    at_ms: int
    text: str
    start: int
    end: int


def index(connection: Connection, rows: Iterable[Mapping[Any, Any]]) -> None:
    """New rows of ``turns`` become findable, in the transaction that writes them."""
    if connection.dialect.name == "sqlite" and (entries := _entries(rows)):
        call_ids = {entry["call_id"] for entry in entries}
        connection.execute(_NUMBER_CALLS, [{"call_id": call_id} for call_id in sorted(call_ids)])
        connection.execute(_INDEX, entries)


def forget(connection: Connection, call_id: str) -> None:
    """Takes a call's turns out of the index; call it before they go, as the index is told what it held."""
    if connection.dialect.name == "sqlite":
        query = select(turns.c.call_id, turns.c.seq, turns.c.folded).where(turns.c.call_id == call_id)
        if entries := _entries(connection.execute(query).mappings()):
            connection.execute(_FORGET, entries)
            connection.execute(_FORGET_NUMBER, {"call_id": call_id})


def said_in_call(connection: Connection, wanted: str) -> ColumnElement[bool]:
    """Whether a call of the query has a turn with ``wanted``, which is folded."""
    said = select(turns.c.seq).where(
        turns.c.call_id == calls.c.call_id, turns.c.folded.contains(wanted, autoescape=True)
    )
    among = _calls_with(connection, _pairs(wanted))
    return said.exists() if among is None else calls.c.call_id.in_(among) & said.exists()


def hits(connection: Connection, call_ids: Iterable[str], wanted: str) -> dict[str, Hit]:
    """The first place in each call, by its id; ``wanted`` is folded."""
    query = (
        select(turns)
        .where(turns.c.call_id.in_(list(call_ids)), turns.c.folded.contains(wanted, autoescape=True))
        .order_by(turns.c.call_id, turns.c.seq)
    )
    found: dict[str, Hit] = {}
    for row in connection.execute(query):
        if row.call_id not in found:
            for said in (unicodedata.normalize("NFC", text) for text in (row.written, row.spoken)):
                if place := place_of(wanted, said):
                    found[row.call_id] = Hit(row.seq, row.side, row.at_ms, said, *place)
                    break
    return found


def place_of(wanted: str, said: str) -> tuple[int, int] | None:
    """Where letters of ``said`` (NFC) fold to ``wanted``: from the first to behind the last; None for nowhere.

    >>> place_of("환불해주", "그럼 환불해 주세요")
    (3, 8)
    """
    letters = [
        (place, letter) for place, letters in enumerate(said) for letter in letters.casefold() if not letter.isspace()
    ]
    at = "".join(letter for _, letter in letters).find(wanted) if wanted else -1
    return None if at < 0 else (letters[at][0], letters[at + len(wanted) - 1][0] + 1)


def _pairs(lines: str) -> set[str]:
    return {line[at : at + 2] for line in plain(lines).split("\n") for at in range(len(line) - 1)}


def _entries(rows: Iterable[Mapping[Any, Any]]) -> list[dict[str, Any]]:
    """Rows of ``turns`` as the FTS5 table takes them."""
    return [
        {"call_id": row["call_id"], "seq": row["seq"], "pairs": " ".join(map(_token, sorted(pairs)))}
        for row in rows
        if (pairs := _pairs(row["folded"])) and row["seq"] <= _MOST_SEQ
    ]


def _token(pair: str) -> str:
    """A pair may hold quotes or stops; FTS5's words are letters and digits alone."""
    return "x".join(f"{ord(letter):x}" for letter in pair)


def _calls_with(connection: Connection, pairs: set[str]) -> list[str] | None:
    """The calls with a turn of all ``pairs``; None where these are so many, or ``pairs`` so few, that the index is no
    help."""
    if not pairs:
        return None
    most = FEW_TURNS + 1
    if connection.dialect.name == "sqlite":
        wanted = " ".join(map(_token, sorted(pairs)))
        rows = connection.scalars(_SQLITE_ROWS, {"wanted": wanted, "most": most}).all()
        if len(rows) == most:
            return None
        numbers = {row >> _SEQ_BITS for row in rows}
        return list(connection.scalars(_SQLITE_CALLS, {"numbers": list(numbers)})) if numbers else []
    connection.execute(_ROOM)
    found = connection.scalars(_POSTGRESQL_CALLS, {"wanted": sorted(pairs), "most": most}).all()
    return None if len(found) == most else sorted(set(found))
