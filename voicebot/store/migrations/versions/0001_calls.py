"""Calls, their events and turns, recordings, keys of the API."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_CALL_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TIME = sa.DateTime(timezone=True)


def _of_a_call(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["call_id"], ["calls.call_id"], name=f"fk_{table}_call", ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "calls",
        sa.Column("call_id", _CALL_ID, nullable=False),
        sa.Column("started_at", _TIME, nullable=False),
        sa.Column("direction", sa.Text),
        sa.Column("door", sa.Text),
        sa.Column("caller", sa.Text),
        sa.Column("callee", sa.Text),
        sa.Column("scenario", sa.Text),
        sa.Column("state", sa.Text, nullable=False, server_default=sa.text("'running'")),
        sa.Column("ended_at", _TIME),
        sa.Column("ended_by", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("duration_ms", sa.BigInteger),
        sa.Column("handoff", sa.Text),
        sa.Column("turn_count", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("fault_count", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("call_id", name="pk_calls"),
    )
    op.create_index("calls_by_state", "calls", ["state", "call_id"])
    op.create_index("calls_by_caller", "calls", ["caller", "call_id"])
    op.create_index("calls_by_scenario", "calls", ["scenario", "call_id"])
    op.create_table(
        "events",
        sa.Column("call_id", _CALL_ID, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("turn", sa.Integer),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("call_id", "seq", name="pk_events"),
        _of_a_call("events"),
    )
    op.create_table(
        "turns",
        sa.Column("call_id", _CALL_ID, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("side", sa.Text, nullable=False),
        sa.Column("spoken", sa.Text, nullable=False),
        sa.Column("written", sa.Text, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("voice_to_voice_ms", sa.Integer),
        sa.Column("folded", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("call_id", "seq", name="pk_turns"),
        _of_a_call("turns"),
    )
    op.create_table(
        "recordings",
        sa.Column("call_id", _CALL_ID, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("duration_ms", sa.BigInteger, nullable=False),
        sa.Column("sealed_at", _TIME, nullable=False),
        sa.Column("removed_at", _TIME),
        sa.PrimaryKeyConstraint("call_id", name="pk_recordings"),
        _of_a_call("recordings"),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("revoked_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
    )


def downgrade() -> None:
    for table in ("api_keys", "recordings", "turns", "events", "calls"):
        op.drop_table(table)
