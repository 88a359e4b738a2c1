"""What a bundle consists of, laid out in a folder:

SHA256SUMS         of everything else
install.sh         installs what lies beside it; ``sh install.sh --help``
bundle.conf        the version, and what Python and system it is for
requirements.txt   the wheels with their sums, as pip takes them
wheels/            the product's, the panel and its own models in it, and all that it needs
models/            those that were pulled
scenarios/ docs/   the sample company, to begin from, and the manuals
LICENCES.md        what is packed, under which terms
LICENSE README.md README.ko.md aicc.yaml
"""

from __future__ import annotations

import shutil
import sys
import sysconfig
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from aicc.bundle import BundleFailed
from aicc.bundle.archive import write_sums
from aicc.bundle.licences import Part, licence_list, parts_of_panel, parts_of_wheels
from aicc.bundle.panel import WEB
from aicc.bundle.wheels import Wheel, collect
from aicc.models.registry import Installed, Registry

PRODUCT = "aicc"
_FILES = ("LICENSE", "README.md", "README.ko.md", "aicc.yaml")
_FOLDERS = ("docs", "scenarios")


@dataclass(frozen=True, slots=True)
class Target:
    """What a bundle runs on: ``python`` "3.11", ``platform`` "linux_x86_64", ``glibc`` (2, 28) or newer."""

    version: str
    python: str
    platform: str
    glibc: tuple[int, int]

    @classmethod
    def of(cls, wheels: Sequence[Wheel]) -> Target:
        """This Python and this platform: wheels are collected by the Python that they are for."""
        (own,) = (wheel for wheel in wheels if wheel.name == PRODUCT)
        glibc = max((needed for wheel in wheels if (needed := wheel.glibc)), default=(0, 0))
        python = f"{sys.version_info.major}.{sys.version_info.minor}"
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        return cls(own.version, python, platform, glibc)

    @property
    def name(self) -> str:
        """Of the archive, without its ending: ``aicc-0.1.0-cp311-linux_x86_64``."""
        return f"{PRODUCT}-{self.version}-cp{self.python.replace('.', '')}-{self.platform}"


def lay_out(sources: Path, scratch: Path, models: Collection[Installed], registry: Registry) -> tuple[Path, Target]:
    """Makes the folder below ``scratch``. Raises :class:`BundleFailed`."""
    if not (sources / WEB / "dist/index.html").is_file():
        raise BundleFailed('the panel is not built, and belongs into the bundle: run "make panel"')
    wheels = collect(sources, scratch / "wheels", scratch)
    target = Target.of(wheels)
    folder = scratch / target.name
    folder.mkdir()
    (scratch / "wheels").rename(folder / "wheels")
    for model in models:
        shutil.copytree(model.folder, folder / "models" / model.name)
    for name in _FOLDERS:
        shutil.copytree(sources / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in _FILES:
        shutil.copyfile(sources / name, folder / name)
    shutil.copyfile(Path(__file__).with_name("install.sh"), folder / "install.sh")
    describe(folder, target, wheels, models)
    licences = licence_list(
        f"{PRODUCT} {target.version}",
        parts_of_wheels(wheels),
        parts_of_panel(sources / WEB),
        [_part_of_model(model, registry) for model in models],
    )
    (folder / "LICENCES.md").write_text(licences, encoding="utf-8")
    write_sums(folder)
    return folder, target


def describe(folder: Path, target: Target, wheels: Sequence[Wheel], models: Collection[Installed] = ()) -> None:
    """Writes ``bundle.conf``, which the installer reads, and ``requirements.txt``, which pip reads."""
    needed_bytes = sum(wheel.unpacked_bytes for wheel in wheels) + sum(model.size_bytes for model in models)
    values = {
        "VERSION": target.version,
        "PYTHON": target.python,
        "PLATFORM": target.platform,
        "GLIBC": "{}.{}".format(*target.glibc),
        "NEEDED_KB": str(needed_bytes * 5 // 4 // 1024),  # compiled modules come on top
    }
    (folder / "bundle.conf").write_text("".join(f"{key}={value}\n" for key, value in values.items()), encoding="utf-8")
    lines = [f"{wheel.name}=={wheel.version} --hash=sha256:{wheel.sha256}\n" for wheel in wheels]
    (folder / "requirements.txt").write_text("".join(lines), encoding="utf-8")


def _part_of_model(model: Installed, registry: Registry) -> Part:
    known = next((one for one in registry.models if one.name == model.name), None)
    return Part(model.name, model.engine, known.licence if known else "not known: a model of this site's own")
