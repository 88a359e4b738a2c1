"""A folder as one archive: sums of everything in it, and always the same bytes for the same content."""

from __future__ import annotations

import gzip
import hashlib
import tarfile
from pathlib import Path

from aicc.bundle.wheels import EPOCH_S

SUMS = "SHA256SUMS"
FIRST = (SUMS, "install.sh")  # of an archive that was cut off these are there, and tell what is missing


def write_sums(folder: Path) -> None:
    """``SHA256SUMS`` of every other file in the folder, as ``sha256sum -c`` reads it."""
    summed = [path for path in _files(folder) if path != folder / SUMS]
    lines = [f"{sha256_of(path)}  {path.relative_to(folder).as_posix()}\n" for path in summed]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def pack(folder: Path, archive: Path) -> str:
    """Writes ``folder`` as a gzipped tar, and ``ARCHIVE.sha256`` beside it; the archive's sum.

    What is packed has been compressed before, by its own formats: gzip is here for its check of the whole.
    """
    ordered = sorted(_files(folder), key=lambda path: _place(path.relative_to(folder).as_posix()))
    with (
        archive.open("wb") as file,
        gzip.GzipFile("", "wb", compresslevel=1, fileobj=file, mtime=EPOCH_S) as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for path in ordered:
            entry = tar.gettarinfo(path, f"{folder.name}/{path.relative_to(folder).as_posix()}")
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = "root"
            entry.mtime = EPOCH_S
            entry.mode = 0o755 if path.suffix == ".sh" else 0o644
            with path.open("rb") as content:
                tar.addfile(entry, content)
    total = sha256_of(archive)
    archive.with_name(f"{archive.name}.sha256").write_text(f"{total}  {archive.name}\n", encoding="utf-8")
    return total


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _place(name: str) -> tuple[int, str]:
    return (FIRST.index(name) if name in FIRST else len(FIRST), name)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
