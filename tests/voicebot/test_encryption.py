import base64
import io
import os
from pathlib import Path

import pytest

from voicebot.encryption import EncryptedReader, EncryptedWriter, EncryptionError, read_key, read_prefix

KEY = bytes(range(32))
CHUNK = 100


def written(path: Path, plain: bytes, key: bytes = KEY) -> bytes:
    """``plain`` as a finished file at ``path``; returns the file's bytes."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    writer = EncryptedWriter(descriptor, key, CHUNK)
    pieces = [plain[at : at + CHUNK] for at in range(0, len(plain), CHUNK)] or [b""]
    for number, piece in enumerate(pieces):
        writer.write(piece, is_last=number == len(pieces) - 1)
    os.close(descriptor)
    return path.read_bytes()


def read(path: Path, key: bytes = KEY) -> bytes:
    with io.BufferedReader(EncryptedReader(path, key)) as file:
        return file.read()


@pytest.mark.parametrize("length", [0, 1, 99, 100, 101, 1_000, 1_234])
def test_what_was_written_is_read(tmp_path: Path, length: int) -> None:
    plain = os.urandom(length)
    content = written(tmp_path / "x.enc", plain)
    assert read(tmp_path / "x.enc") == plain
    assert length < 50 or plain[:50] not in content


def test_any_place_can_be_read(tmp_path: Path) -> None:
    plain = bytes(n % 251 for n in range(1_234))
    written(tmp_path / "x.enc", plain)
    with io.BufferedReader(EncryptedReader(tmp_path / "x.enc", KEY)) as file:
        for at, count in ((0, 10), (95, 20), (1_230, 100), (200, 300), (1_234, 5), (2_000, 5), (99, 1)):
            assert file.seek(at) == at
            assert file.read(count) == plain[at : at + count]
        assert file.seek(-34, io.SEEK_END) == 1_200
        assert file.read() == plain[1_200:]


def test_one_key_never_gives_the_same_bytes_twice(tmp_path: Path) -> None:
    first, second = (written(tmp_path / name, bytes(500)) for name in ("a", "b"))
    assert first[52:] != second[52:]


def test_another_key_is_told_from_a_damaged_file(tmp_path: Path) -> None:
    content = written(tmp_path / "x.enc", b"secret" * 100)
    with pytest.raises(EncryptionError, match=r"x\.enc was encrypted with another key"):
        EncryptedReader(tmp_path / "x.enc", bytes(32))
    (tmp_path / "x.enc").write_bytes(b"fLaC" + content)
    with pytest.raises(EncryptionError, match="no encrypted recording"):
        EncryptedReader(tmp_path / "x.enc", KEY)


def test_every_change_is_noticed(tmp_path: Path) -> None:
    content = written(tmp_path / "x.enc", bytes(350))
    whole = CHUNK + 16
    chunks = [content[at : at + whole] for at in range(52, len(content), whole)]
    changed = {
        "a bit": content[:200] + bytes([content[200] ^ 1]) + content[201:],
        "the chunk size": content[:11] + bytes([50]) + content[12:],
        "the salt": content[:20] + bytes([content[20] ^ 1]) + content[21:],
        "the end is gone": content[: -len(chunks[-1])],
        "half a chunk is gone": content[:-10],
        "all chunks are gone": content[:52],
        "a chunk is gone": content[:52] + b"".join(chunks[1:]),
        "two are swapped": content[:52] + b"".join([chunks[1], chunks[0], *chunks[2:]]),
        "one is twice there": content + chunks[-1],
    }
    for what, bytes_of_it in changed.items():
        (tmp_path / "x.enc").write_bytes(bytes_of_it)
        with pytest.raises(EncryptionError):
            read(tmp_path / "x.enc")
            pytest.fail(what)


def test_a_prefix_is_read_up_to_where_its_writer_was_killed(tmp_path: Path) -> None:
    plain = os.urandom(350)
    content = written(tmp_path / "x.enc", plain)
    for cut in range(52, len(content) + 1, 7):
        (tmp_path / "x.enc").write_bytes(content[:cut])
        prefix = b"".join(read_prefix(tmp_path / "x.enc", KEY))
        assert plain.startswith(prefix)
        assert len(prefix) >= (cut - 52) // (CHUNK + 16) * CHUNK
    with pytest.raises(EncryptionError, match="another key"):
        list(read_prefix(tmp_path / "x.enc", bytes(32)))


def test_a_chunk_that_did_not_fit_is_written_again(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path / "x.enc", os.O_RDWR | os.O_CREAT)
    writer = EncryptedWriter(descriptor, KEY, CHUNK)
    closed = os.dup(descriptor)
    writer.write(bytes(CHUNK))
    os.close(descriptor)
    with pytest.raises(OSError, match="Bad file descriptor"):
        writer.write(b"1" * CHUNK)
    assert os.dup(closed) == descriptor
    writer.write(b"1" * CHUNK)
    writer.write(b"", is_last=True)
    os.close(descriptor)
    os.close(closed)
    assert read(tmp_path / "x.enc") == bytes(CHUNK) + b"1" * CHUNK


@pytest.mark.parametrize(
    "text",
    [
        KEY.hex(),
        KEY.hex().upper(),
        base64.b64encode(KEY).decode(),
        base64.b64encode(KEY).decode().rstrip("="),
        f" {base64.b64encode(KEY).decode()}\n",
    ],
)
def test_keys_as_people_write_them(text: str) -> None:
    assert read_key(text) == KEY
    assert read_key(base64.urlsafe_b64encode(b"\xff" * 32).decode()) == b"\xff" * 32


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "0 bytes long"),
        ("aGVsbG8=", "5 bytes long"),
        ("0" * 62, "it must be 32"),
        ("g" * 64, "neither base64 nor hex"),
        ("not a key!", "neither base64 nor hex"),
    ],
)
def test_a_key_that_is_none_is_explained_and_not_shown(text: str, said: str) -> None:
    with pytest.raises(EncryptionError, match=said) as error:
        read_key(text)
    assert "openssl rand -base64 32" in str(error.value)
    assert not text or text not in str(error.value)
