"""How the tables came to be, step by step: ``Store.open`` takes whatever steps a database has not seen.

A new step is a file in ``versions/``, numbered on, with ``upgrade`` and ``downgrade``; the tests say what it leaves
different from :mod:`voicebot.store.tables`. Steps that have been released are not changed any more.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from voicebot.store.database import Database, StoreUnavailable

if TYPE_CHECKING:
    from alembic.config import Config

_LOCK = 0x61696363  # "aicc": among the advisory locks of a PostgreSQL database


def upgrade(database: Database, revision: str = "head") -> None:
    """All in one transaction; of processes that start at the same time one does it and the others wait.

    Raises :class:`StoreUnavailable`.
    """
    from alembic import command
    from alembic.util import CommandError

    with database.writing() as connection:
        if not database.is_sqlite:
            _check_encoding(connection, database)
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        try:
            command.upgrade(configuration(connection), revision)
        except CommandError:
            found = revision_of(connection)
            raise StoreUnavailable(
                f"the database {database.where} is of a newer version of this product (revision {found}): "
                "update the product, or name another database"
            ) from None


def downgrade(database: Database, revision: str = "base") -> None:
    """Takes steps back, with the data that they brought."""
    from alembic import command

    with database.writing() as connection:
        command.downgrade(configuration(connection), revision)


def configuration(connection: Connection) -> Config:
    """Alembic's, without a file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def revision_of(connection: Connection) -> str | None:
    from alembic.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision()


def _check_encoding(connection: Connection, database: Database) -> None:
    encoding = connection.scalar(text("SHOW server_encoding"))
    if encoding != "UTF8":
        raise StoreUnavailable(
            f"the database {database.where} is in {encoding}, which lacks characters that callers use: "
            "create one with createdb -T template0 -E UTF8"
        )
