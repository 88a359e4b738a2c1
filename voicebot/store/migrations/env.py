"""What Alembic runs for each command: on the connection, and in the transaction, that it was given."""

from alembic import context

from voicebot.store.tables import metadata

context.configure(context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
