"""The wheels of a bundle: the product's own, and those of all that it needs at run time."""

from __future__ import annotations

import email.message
import email.parser
import hashlib
import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from aicc.bundle import BundleFailed

# The glibc that wheels of these older tags need, PEP 513, 571 and 599; newer tags say it themselves (PEP 600).
_GLIBC = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}
_NEVER_PACKED = shutil.ignore_patterns("node_modules", "__pycache__", "*.egg-info", ".*_cache")


@dataclass(frozen=True, slots=True)
class Wheel:
    """One wheel and what its metadata says. ``size_bytes`` the file's, ``unpacked_bytes`` what it becomes."""

    path: Path
    metadata: email.message.Message
    sha256: str
    size_bytes: int
    unpacked_bytes: int

    @classmethod
    def read(cls, path: Path) -> Wheel:
        """:class:`BundleFailed` for a file that is no wheel."""
        try:
            with zipfile.ZipFile(path) as inside:
                (name,) = (name for name in inside.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name))
                metadata = email.parser.HeaderParser().parsestr(inside.read(name).decode("utf-8"))
                unpacked_bytes = sum(entry.file_size for entry in inside.infolist())
        except (zipfile.BadZipFile, ValueError):
            raise BundleFailed(f'"{path}" is not a wheel: remove it and try again') from None
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return cls(path, metadata, sha256, path.stat().st_size, unpacked_bytes)

    @property
    def name(self) -> str:
        return str(self.metadata["Name"])

    @property
    def version(self) -> str:
        return str(self.metadata["Version"])

    @property
    def glibc(self) -> tuple[int, int] | None:
        """The oldest that it runs with, by the tags of its file's name; None: it does not depend on one."""
        platforms = self.path.stem.rpartition("-")[2].split(".")
        needed = [found for tag in platforms if (found := _glibc_of(tag))]
        return min(needed) if needed else None


def _glibc_of(tag: str) -> tuple[int, int] | None:
    if told := re.match(r"manylinux_(\d+)_(\d+)_", tag):
        return int(told[1]), int(told[2])
    if tag.startswith("linux_"):  # compiled here
        return here_glibc()
    return _GLIBC.get(tag.partition("_")[0])


def here_glibc() -> tuple[int, int]:
    """Of this machine; 0.0 where the system's library is another one."""
    found = re.match(r"(\d+)\.(\d+)", platform.libc_ver()[1])
    return (int(found[1]), int(found[2])) if found else (0, 0)


def collect(sources: Path, wheels: Path, scratch: Path) -> list[Wheel]:
    """Puts every wheel into the folder ``wheels``, in the versions that are installed here; sorted by name.

    pip itself is among them: Python is not everywhere packaged with it. Raises :class:`BundleFailed`.
    """
    project, constraints = scratch / "project", scratch / "constraints.txt"
    _copy_project(sources, project)
    constraints.write_text("".join(f"{line}\n" for line in sorted(_installed())), encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"]
    asked = ["--wheel-dir", str(wheels), "--constraint", str(constraints), str(project), "pip"]
    collected = subprocess.run([*pip, *asked], capture_output=True, text=True, env=_environment())
    if collected.returncode:
        complaints = [line for line in collected.stderr.splitlines() if line.strip()]
        reason = next((line for line in complaints if line.lower().startswith("error")), "\n".join(complaints[-1:]))
        raise BundleFailed(f"pip does not get all wheels ({reason.strip()}): is there a network here?")
    return sorted((Wheel.read(path) for path in wheels.glob("*.whl")), key=lambda wheel: wheel.name.lower())


def _environment() -> dict[str, str]:
    """Times of files inside a wheel that is built come from there: the same sources make the same wheel."""
    return {"SOURCE_DATE_EPOCH": str(EPOCH_S), **os.environ}


EPOCH_S = 315_532_800  # 1980-01-01, the first day that a zip file knows


def _copy_project(sources: Path, to: Path) -> None:
    """What the build needs, apart: in the sources' own folder it would pack what earlier builds have left."""
    described = tomllib.loads((sources / "pyproject.toml").read_text(encoding="utf-8"))
    packages = [pattern.rstrip("*") for pattern in described["tool"]["setuptools"]["packages"]["find"]["include"]]
    to.mkdir(parents=True)
    for package in packages:
        shutil.copytree(sources / package, to / package, ignore=_NEVER_PACKED)
    files = ["pyproject.toml", described["project"]["readme"], *described["project"]["license-files"]]
    for file in files:
        shutil.copyfile(sources / file, to / file)


def _installed() -> Iterator[str]:
    """``NAME==VERSION`` of what lies in this environment: what has been tested is what is packed."""
    for found in importlib.metadata.distributions():
        if found.read_text("direct_url.json") is None and found.metadata["Name"] and "+" not in found.version:
            yield f"{found.metadata['Name']}=={found.version}"
