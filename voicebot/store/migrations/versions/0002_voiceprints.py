"""Consents to be known by voice, and voiceprints."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "voiceprints",
        sa.Column("customer", sa.Text, nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("model", sa.Text),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("speech_ms", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("calls", sa.JSON),
        sa.Column("updated_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("customer", name="pk_voiceprints"),
    )


def downgrade() -> None:
    op.drop_table("voiceprints")
