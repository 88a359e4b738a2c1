"""What calls leave behind, in a database: SQLite beside the service, or PostgreSQL."""

from voicebot.store.database import StoreUnavailable
from voicebot.store.rows import CallRow, Key, RecordingRow, State, TurnRow, started_at_of
from voicebot.store.store import Store

__all__ = ["CallRow", "Key", "RecordingRow", "State", "Store", "StoreUnavailable", "TurnRow", "started_at_of"]
