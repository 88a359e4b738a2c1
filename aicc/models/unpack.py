"""Archives, opened without trust: nothing is written outside the folder, whatever the archive says.

Links are never made: one that points to a file of the same archive becomes a copy, any other is refused.
"""

import lzma
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Literal

from aicc.errors import AiccError
from aicc.models import disk

# What the libraries raise for archives that are cut off, garbled, encrypted or packed in a way they do not know.
_DAMAGE = (tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError)

SUFFIXES = (".tar.bz2", ".tar.gz", ".tgz", ".tar.xz", ".tar", ".zip")


class BadArchive(AiccError):
    """An archive is damaged or not to be trusted; the message says which member."""


@dataclass(frozen=True, slots=True)
class _Member:
    """One entry; ``target`` is where a link points, relative to the archive's top."""

    path: PurePosixPath
    kind: Literal["file", "folder", "link"]
    content: IO[bytes] | None = None
    target: PurePosixPath | None = None


def is_archive(path: Path) -> bool:
    return path.name.lower().endswith(SUFFIXES)


def stem(path: Path) -> str:
    """The archive's name without its suffixes."""
    suffix = next(suffix for suffix in SUFFIXES if path.name.lower().endswith(suffix))
    return path.name[: -len(suffix)]


def unpack(archive: Path, folder: Path) -> None:
    """Writes the archive's files beneath ``folder``, which is made; raises :class:`BadArchive` or ``DiskFull``."""
    folder.mkdir(parents=True)
    links: list[_Member] = []
    try:
        with disk.explained(folder), _open(archive) as members:
            for member in members:
                place = folder / member.path
                if member.kind == "folder":
                    place.mkdir(parents=True, exist_ok=True)
                elif member.kind == "link":
                    links.append(member)
                else:
                    _write(member.content, place)
            for link in links:
                _copy_linked(link, folder, archive)
    except (FileExistsError, IsADirectoryError, NotADirectoryError) as error:
        raise BadArchive(f'"{archive.name}" holds one name twice ("{error.filename}"): do not use it') from error
    except (*_DAMAGE, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise BadArchive(f'"{archive.name}" is damaged ({error}): get it again') from error


def only_folder(folder: Path) -> Path:
    """Archives mostly hold one folder that holds everything: that one, else ``folder`` itself."""
    inside = [path for path in folder.iterdir() if not path.name.startswith((".", "__MACOSX"))]
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else folder


def _write(content: IO[bytes] | None, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("xb") as file:  # x: a name that comes twice is an attempt at something
        if content is not None:
            shutil.copyfileobj(content, file, 1 << 20)


def _copy_linked(link: _Member, folder: Path, archive: Path) -> None:
    source = folder / (link.target or "")
    if not source.is_file():
        raise BadArchive(f'"{archive.name}" holds a link to what it does not hold ("{link.path}"): do not use it')
    _write(source.open("rb"), folder / link.path)


@contextmanager
def _open(archive: Path) -> Iterator[Iterator[_Member]]:
    if archive.name.lower().endswith(".zip"):
        with zipfile.ZipFile(archive) as opened:
            yield _of_zip(opened, archive.name)
    else:
        with tarfile.open(archive, "r:*") as opened_tar:
            yield _of_tar(opened_tar, archive.name)


def _of_zip(archive: zipfile.ZipFile, name: str) -> Iterator[_Member]:
    for info in archive.infolist():
        path = _inside(info.filename, name)
        mode = info.external_attr >> 16
        if info.is_dir():
            yield _Member(path, "folder")
        elif stat.S_ISLNK(mode):
            yield _Member(path, "link", target=_link_target(path, archive.read(info).decode("utf-8", "replace"), name))
        else:
            with archive.open(info) as content:
                yield _Member(path, "file", content)


def _of_tar(archive: tarfile.TarFile, name: str) -> Iterator[_Member]:
    for info in archive:
        path = _inside(info.name, name)
        if info.isdir():
            yield _Member(path, "folder")
        elif info.isfile():
            yield _Member(path, "file", archive.extractfile(info))
        elif info.issym():
            yield _Member(path, "link", target=_link_target(path, info.linkname, name))
        elif info.islnk():
            yield _Member(path, "link", target=_inside(info.linkname, name))
        else:
            raise BadArchive(f'"{name}" holds a device or a pipe ("{info.name}"): do not use it')


def _inside(written: str, archive: str) -> PurePosixPath:
    """The member's path, if it stays in the folder it is unpacked to."""
    path = PurePosixPath(written)
    if path.is_absolute() or ".." in path.parts or "\\" in written or "\0" in written or ":" in path.parts[:1]:
        raise BadArchive(f'"{archive}" wants to write outside of its folder ("{written}"): do not use it')
    return path


def _link_target(path: PurePosixPath, written: str, archive: str) -> PurePosixPath:
    """Where a symbolic link at ``path`` points, its ``..`` resolved by name."""
    target = PurePosixPath(written)
    parts: list[str] = []
    for part in (*path.parent.parts, *target.parts):
        if part == ".." and parts:
            parts.pop()
        elif part == ".." or target.is_absolute():
            raise BadArchive(f'"{archive}" holds a link that leads out of its folder ("{path}"): do not use it')
        else:
            parts.append(part)
    return PurePosixPath(*parts)
