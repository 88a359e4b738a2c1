"""Keys of the API, of which the database keeps the SHA-256.

A slow, salted hash guards what people choose and others can guess. These keys are 32 random bytes: nobody guesses a
preimage, and a request costs microseconds.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select, update

from voicebot.store.rows import Key
from voicebot.store.tables import api_keys


def add(connection: Connection, name: str) -> str:
    plain = f"aicc_{secrets.token_urlsafe(32)}"
    row = {"id": secrets.token_hex(4), "name": name, "sha256": _digest(plain), "created_at": datetime.now(UTC)}
    connection.execute(insert(api_keys).values(row))
    return plain


def is_known(connection: Connection, plain: str) -> bool:
    """Compares with every key that is not revoked, in constant time each."""
    digest = _digest(plain)
    valid = connection.scalars(select(api_keys.c.sha256).where(api_keys.c.revoked_at.is_(None)))
    # a sum, as any() would stop at the first
    return sum(hmac.compare_digest(digest, known) for known in valid) > 0


def all_keys(connection: Connection) -> list[Key]:
    columns = (api_keys.c.id, api_keys.c.name, api_keys.c.created_at, api_keys.c.revoked_at)
    query = select(*columns).order_by(api_keys.c.created_at, api_keys.c.id)
    return [Key(**row._mapping) for row in connection.execute(query)]


def revoke(connection: Connection, key_id: str) -> bool:
    valid = (api_keys.c.id == key_id) & api_keys.c.revoked_at.is_(None)
    return connection.execute(update(api_keys).where(valid).values(revoked_at=datetime.now(UTC))).rowcount > 0


def _digest(plain: str) -> str:
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()
