"""Voiceprints encrypted at rest: AES-256-GCM (NIST SP 800-38D), bound to their customer.

A voice cannot be changed like a password. What lies in the database is::

    version    1 byte    1
    check      8 bytes   of the key, by HKDF-SHA256: tells a wrong key from a damaged row
    nonce     12 bytes   random
    sealed               float32, little-endian: the summed embeddings, then the model's probe; and a tag of 16 bytes

Customer and model are associated data: a row that is copied to another customer does not open.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Mapping
from datetime import datetime

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from assist.speaker.embedder import Embedding
from assist.speaker.identity import Identity
from assist.speaker.voiceprint import Voiceprint, customer_name
from voicebot.encryption import KEY_BYTES, EncryptionError, read_key
from voicebot.store.voiceprints import VoiceprintRow, VoiceprintTable

_VERSION = b"\x01"
_CHECK_BYTES, _NONCE_BYTES = 8, 12
_HEADER_BYTES = len(_VERSION) + _CHECK_BYTES + _NONCE_BYTES
_NUMBERS = np.dtype("<f4")
_MAKE = 'make one with "openssl rand -base64 32"'


class VaultError(ValueError):
    """A voiceprint or its key cannot be used; the message says why, and the way on."""


class Vault:
    """Consents and voiceprints in the store.

    Without a ``key`` consents are kept and voiceprints can be forgotten, but none is kept or read; ``key_from`` names
    the variable that should hold it.
    """

    def __init__(self, table: VoiceprintTable, key: bytes | None, key_from: str = "AICC_VOICEPRINT_KEY") -> None:
        self._table, self._key_from = table, key_from
        self._lock = None if key is None else _Lock(key)

    @classmethod
    def open(cls, table: VoiceprintTable, key_from: str, environment: Mapping[str, str] = os.environ) -> Vault:
        """With the key that a variable holds, as base64 or hex, if it holds one; :class:`VaultError` for a bad one."""
        text = environment.get(key_from)
        try:
            return cls(table, read_key(text) if text else None, key_from)
        except EncryptionError:
            raise VaultError(
                f"what is in {key_from} is no key of {KEY_BYTES} bytes in base64 or hex: {_MAKE}"
            ) from None

    def check_key(self) -> None:
        """Raises :class:`VaultError` where there is none."""
        self._open()

    def consented_at(self, customer: str) -> datetime | None:
        row = self._table.find(customer_name(customer))
        return None if row is None else row.consented_at

    def find(self, customer: str) -> Voiceprint | None:
        """Raises :class:`VaultError` for a missing or wrong key and a damaged row."""
        row = self._table.find(customer_name(customer))
        if row is None or row.sealed is None or row.model is None:
            return None
        numbers = self._open().decrypt(row.sealed, row.customer, row.model)
        summed, probe = np.split(numbers, 2)
        return Voiceprint(row.customer, Identity(row.model, probe), summed, row.speech_ms, row.calls)

    def give_consent(self, customer: str, at: datetime) -> None:
        self._table.give_consent(customer_name(customer), at)

    def keep(self, voiceprint: Voiceprint) -> bool:
        """Raises :class:`VaultError` without a key: nothing is ever kept in the clear."""
        customer, model = customer_name(voiceprint.customer), voiceprint.model
        sealed = self._open().encrypt(np.concatenate([voiceprint.summed, model.probe]), customer, model.name)
        return self._table.keep(customer, model.name, sealed, voiceprint.speech_ms, voiceprint.calls)

    def forget(self, customer: str) -> bool:
        return self._table.forget(customer_name(customer))

    def all(self) -> list[VoiceprintRow]:
        """What is known without the key: whose, since when, out of how much."""
        return self._table.all()

    def _open(self) -> _Lock:
        if self._lock is None:
            raise VaultError(f"no key for voiceprints in {self._key_from}, so none is kept or read: {_MAKE}")
        return self._lock


class _Lock:
    """One key at work."""

    def __init__(self, key: bytes) -> None:
        secret = HKDF(SHA256(), KEY_BYTES + _CHECK_BYTES, None, b"aicc voiceprint 1").derive(key)
        self._aes = AESGCM(secret[:KEY_BYTES])
        self._check = secret[KEY_BYTES:]

    def encrypt(self, numbers: Embedding, customer: str, model: str) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._aes.encrypt(nonce, numbers.astype(_NUMBERS).tobytes(), _bound_to(customer, model))
        return _VERSION + self._check + nonce + sealed

    def decrypt(self, kept: bytes, customer: str, model: str) -> Embedding:
        header, sealed = kept[:_HEADER_BYTES], kept[_HEADER_BYTES:]
        damaged = VaultError(f"the voiceprint of {customer} is damaged: forget it, and enrol anew")
        if len(header) < _HEADER_BYTES or header[:1] != _VERSION:
            raise damaged
        if not hmac.compare_digest(header[1 : 1 + _CHECK_BYTES], self._check):
            raise VaultError(f"the voiceprint of {customer} was encrypted with another key: give the one of its day")
        try:
            plain = self._aes.decrypt(header[-_NONCE_BYTES:], sealed, _bound_to(customer, model))
        except InvalidTag:
            raise damaged from None
        return np.frombuffer(plain, _NUMBERS).astype(np.float32)


def _bound_to(customer: str, model: str) -> bytes:
    return b"\0".join((b"aicc voiceprint", customer.encode(), model.encode()))
