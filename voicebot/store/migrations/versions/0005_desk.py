"""The desk: states of people, callbacks, messages."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TIME = sa.DateTime(timezone=True)


def _of_a_call(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["call_id"], ["calls.call_id"], name=f"fk_{table}_call", ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "desk_states",
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_desk_states"),
    )
    op.create_table(
        "callbacks",
        sa.Column("id", _ID, nullable=False),
        sa.Column("call_id", _ID),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("skill", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False, server_default=sa.text("'waiting'")),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("id", name="pk_callbacks"),
        _of_a_call("callbacks"),
    )
    op.create_index("callbacks_by_status", "callbacks", ["status", "at"])
    op.create_table(
        "messages",
        sa.Column("id", _ID, nullable=False),
        sa.Column("call_id", _ID, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("read_by", sa.Text),
        sa.Column("read_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        _of_a_call("messages"),
    )
    op.create_index("messages_by_reader", "messages", ["read_by", "id"])


def downgrade() -> None:
    for table in ("messages", "callbacks", "desk_states"):
        op.drop_table(table)
