"""Recordings encrypted at rest: AES-256-GCM in chunks, so that a prefix can be read and a cut is noticed.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway and Vizár, "Online Authenticated-Encryption and its Nonce-Reuse
Misuse-Resistance", CRYPTO 2015), with a key for each file as in Tink's AES-GCM-HKDF streaming. A file is::

    magic      8 bytes   "AICCENC" and the version, 1
    chunk      4 bytes   plain bytes of each chunk, big-endian
    salt      32 bytes   random; HKDF-SHA256(key, salt) gives this file's key (32), nonce prefix (7) and check
    check      8 bytes   tells a wrong key from a damaged file
    chunks     each its plain bytes and a tag of 16; only the last may be shorter, and may be empty

Chunk i has the nonce ``prefix (7) | i (4, big-endian) | 1 if it is the last, else 0`` and the header as associated
data: chunks cannot be changed, moved, left out or cut off at the end unnoticed.
"""

import base64
import binascii
import hmac
import io
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from voicebot.disk import write_all

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

KEY_BYTES = 32
_MAGIC = b"AICCENC\x01"
_SALT_BYTES, _PREFIX_BYTES, _CHECK_BYTES, _TAG_BYTES = 32, 7, 8, 16
_HEADER = struct.Struct(f">8sI{_SALT_BYTES}s{_CHECK_BYTES}s")


class EncryptionError(ValueError):
    """A key or a file that cannot be used; the message says which, and the way on."""


def read_key(text: str) -> bytes:
    """The key that a setting holds as base64 (either alphabet) or as hex; :class:`EncryptionError` if it is not one."""
    text = "".join(text.split())
    cure = 'make one with "openssl rand -base64 32"'
    try:
        if len(text) == 2 * KEY_BYTES:
            return bytes.fromhex(text)
        padded = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
        key = base64.b64decode(padded.replace("-", "+").replace("_", "/"), validate=True)
    except (ValueError, binascii.Error):
        raise EncryptionError(f"the recording key is neither base64 nor hex: {cure}") from None
    if len(key) != KEY_BYTES:
        raise EncryptionError(f"the recording key is {len(key)} bytes long, it must be {KEY_BYTES}: {cure}")
    return key


class _Cipher:
    """The chunks of one file, by its header."""

    def __init__(self, key: bytes, header: bytes) -> None:
        _, self.chunk_bytes, salt, self.check = _HEADER.unpack(header)
        secret = _derive(key, salt)
        self._aes = AESGCM(secret[:KEY_BYTES])
        self._prefix = secret[KEY_BYTES : KEY_BYTES + _PREFIX_BYTES]
        self._header = header
        self.fits = hmac.compare_digest(secret[-_CHECK_BYTES:], self.check)

    def encrypt(self, number: int, plain: bytes, is_last: bool) -> bytes:
        return self._aes.encrypt(self._nonce(number, is_last), plain, self._header)

    def decrypt(self, number: int, sealed: bytes, is_last: bool) -> bytes | None:
        """None where it is not what was written."""
        try:
            return self._aes.decrypt(self._nonce(number, is_last), sealed, self._header)
        except InvalidTag:
            return None

    def _nonce(self, number: int, is_last: bool) -> bytes:
        return self._prefix + number.to_bytes(4, "big") + bytes([is_last])

    @staticmethod
    def new_header(key: bytes, chunk_bytes: int) -> bytes:
        salt = os.urandom(_SALT_BYTES)
        return _HEADER.pack(_MAGIC, chunk_bytes, salt, _derive(key, salt)[-_CHECK_BYTES:])


def _derive(key: bytes, salt: bytes) -> bytes:
    length = KEY_BYTES + _PREFIX_BYTES + _CHECK_BYTES
    return HKDF(SHA256(), length, salt, b"aicc recording 1").derive(key)


class EncryptedWriter:
    """Writes chunks in order to an open, empty file; the caller closes it.

    A chunk that could not be written may be given again, the very same bytes: two contents under one nonce would give
    both away.
    """

    def __init__(self, descriptor: int, key: bytes, chunk_bytes: int) -> None:
        header = _Cipher.new_header(key, chunk_bytes)
        self._cipher = _Cipher(key, header)
        self._descriptor = descriptor
        self._chunks = 0
        write_all(descriptor, header, 0)

    def write(self, chunk: bytes, is_last: bool = False) -> None:
        """All chunks but the last have ``chunk_bytes``; raises OSError, and then the chunk does not count."""
        at = _HEADER.size + self._chunks * (self._cipher.chunk_bytes + _TAG_BYTES)
        write_all(self._descriptor, self._cipher.encrypt(self._chunks, chunk, is_last), at)
        self._chunks += 1


class EncryptedReader(io.RawIOBase):
    """A finished file's plain bytes, to be read from any place; wrap it in ``io.BufferedReader``.

    Raises :class:`EncryptionError` for a wrong key, a file that was cut short, and, on reading, one that was changed.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._file = path.open("rb")
        try:
            self._cipher = _cipher_of(self._file.read(_HEADER.size), path, key)
            body = path.stat().st_size - _HEADER.size
            whole = self._cipher.chunk_bytes + _TAG_BYTES
            self._chunks = -(-body // whole)
            self._bytes = body - self._chunks * _TAG_BYTES
            self._at = 0
            self._held: tuple[int, bytes] | None = None
            self._chunk(self._chunks - 1)
        except BaseException:
            self._file.close()
            raise

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._bytes}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer).cast("B")
        if self._at >= self._bytes or not view:
            return 0
        number, start = divmod(self._at, self._cipher.chunk_bytes)
        part = self._chunk(number)[start : start + len(view)]
        view[: len(part)] = part
        self._at += len(part)
        return len(part)

    def close(self) -> None:
        self._file.close()
        super().close()

    def _chunk(self, number: int) -> bytes:
        if self._held is None or self._held[0] != number:
            is_last = number == self._chunks - 1
            whole = self._cipher.chunk_bytes + _TAG_BYTES
            self._file.seek(_HEADER.size + max(number, 0) * whole)
            plain = self._cipher.decrypt(number, self._file.read(whole), is_last) if number >= 0 else None
            if plain is None:
                raise EncryptionError(f"{self._path} was cut short or changed: take it from a backup")
            self._held = (number, plain)
        return self._held[1]


def chunk_bytes_of(path: Path) -> int:
    """How many plain bytes each chunk of a file has; needs no key."""
    with path.open("rb") as file:
        return int(_HEADER.unpack(_checked(file.read(_HEADER.size), path))[1])


def read_prefix(path: Path, key: bytes) -> Iterator[bytes]:
    """The chunks of a file whose writer was perhaps killed, up to the first that is torn; wrong keys raise."""
    with path.open("rb") as file:
        cipher = _cipher_of(file.read(_HEADER.size), path, key)
        number = 0
        while sealed := file.read(cipher.chunk_bytes + _TAG_BYTES):
            if len(sealed) < _TAG_BYTES:
                return
            plain = cipher.decrypt(number, sealed, False)
            if plain is None:
                plain = cipher.decrypt(number, sealed, True)
            if plain is None:
                return
            yield plain
            number += 1


def _cipher_of(header: bytes, path: Path, key: bytes) -> _Cipher:
    cipher = _Cipher(key, _checked(header, path))
    if not cipher.fits:
        raise EncryptionError(f"{path} was encrypted with another key: give the one of its day")
    return cipher


def _checked(header: bytes, path: Path) -> bytes:
    if len(header) < _HEADER.size or not header.startswith(_MAGIC):
        raise EncryptionError(f"{path} is no encrypted recording: check the file")
    return header
