"""Who talked in calls, what these were about, and an index of what was said in them."""

import sqlalchemy as sa
from alembic import op

from voicebot.store import search

revision = "0006"
down_revision = "0005"

_CALL_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_INDEXES = {"calls_by_callee": "callee", "calls_by_skill": "skill", "calls_by_code": "code"}

# of each line of a text, every two letters that stand together
_PAIRS = """
CREATE FUNCTION aicc_pairs(folded text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT coalesce(array_agg(DISTINCT letters[at] || letters[at + 1]), '{}')
    FROM (SELECT string_to_array(folded, NULL) AS letters) AS text, generate_series(1, cardinality(letters) - 1) AS at
    WHERE letters[at] <> E'\\n' AND letters[at + 1] <> E'\\n'
$$
"""
# which turns hold a pair, and nothing else: neither where, nor how many pairs a turn has, nor the turn
_OPTIONS = "content='', detail=none, columnsize=0, tokenize='ascii'"
_BATCH = 1_000


def upgrade() -> None:
    op.add_column("calls", sa.Column("skill", sa.Text))
    op.add_column("calls", sa.Column("code", sa.Text))
    for name, column in _INDEXES.items():
        op.create_index(name, "calls", [column, "call_id"])
    op.create_table(
        "call_people",
        sa.Column("call_id", _CALL_ID, nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("call_id", "agent", name="pk_call_people"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.call_id"], name="fk_call_people_call", ondelete="CASCADE"),
    )
    op.create_index("call_people_by_agent", "call_people", ["agent", "call_id"])
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.execute(sa.text(_PAIRS.replace(":", "\\:")))
        op.execute("CREATE INDEX turns_by_pairs ON turns USING gin (aicc_pairs(folded))")
    else:
        op.execute("CREATE TABLE turn_search_calls (number INTEGER PRIMARY KEY, call_id TEXT NOT NULL UNIQUE)")
        op.execute(f"CREATE VIRTUAL TABLE turn_search USING fts5(pairs, {_OPTIONS})")
        turns = sa.table("turns", *map(sa.column, ("call_id", "seq", "folded")))
        for batch in connection.execute(sa.select(turns)).mappings().partitions(_BATCH):
            search.index(connection, batch)
    events = sa.table("events", *map(sa.column, ("call_id", "seq", "type")), sa.column("payload", sa.JSON))
    calls = sa.table("calls", *map(sa.column, ("call_id", "skill", "code")))
    of_call = sa.select(events.c.seq).where(events.c.call_id == calls.c.call_id).limit(1)

    def said(field: str) -> sa.ColumnElement[str]:
        return sa.func.nullif(events.c.payload[field].as_string(), "")

    asked = of_call.with_only_columns(said("skill")).where(events.c.type == "handoff_requested").order_by(events.c.seq)
    noted = of_call.with_only_columns(sa.func.coalesce(said("code"), said("suggested_code")))
    noted = noted.where(events.c.type == "wrapped_up").order_by(events.c.seq.desc())
    connection.execute(sa.update(calls).values(skill=asked.scalar_subquery(), code=noted.scalar_subquery()))


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("turns_by_pairs", "turns")
        op.execute("DROP FUNCTION aicc_pairs(text)")
    else:
        op.drop_table("turn_search")
        op.drop_table("turn_search_calls")
    op.drop_table("call_people")
    for name in _INDEXES:
        op.drop_index(name, "calls")
    op.drop_column("calls", "code")
    op.drop_column("calls", "skill")
