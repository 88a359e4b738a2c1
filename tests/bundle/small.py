"""A bundle like the real one but for its wheels: pip, and a product of one file that says what it was asked."""

from __future__ import annotations

import importlib.metadata
import zipfile
from pathlib import Path

from aicc.bundle.archive import write_sums
from aicc.bundle.packing import Target, describe
from aicc.bundle.wheels import Wheel

INSTALLER = Path(__file__).parents[2] / "aicc/bundle/install.sh"
# the self-test fails where the working folder, which is the prefix, says so
PRODUCT = """
import pathlib, shutil, sys

def main():
    config, *asked = sys.argv[2:]
    print("aicc VERSION", *asked)
    if asked[:2] == ["models", "import"]:
        shutil.copytree(asked[2], "models", dirs_exist_ok=True)
    if asked[0] == "doctor" and pathlib.Path("ailing").exists():
        sys.exit(1)
"""


def wheel(path: Path, files: dict[str, str], metadata: str) -> Wheel:
    """Writes a wheel; ``path`` has the name that says what it is for, ``metadata`` what is beside Name and Version."""
    name, version, *_ = path.stem.split("-")
    information = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as inside:
        for place, text in files.items():
            inside.writestr(place, text)
        inside.writestr(
            f"{information}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{metadata}"
        )
        inside.writestr(f"{information}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        inside.writestr(f"{information}/entry_points.txt", "[console_scripts]\naicc = product:main\n")
        inside.writestr(f"{information}/RECORD", "".join(f"{place},,\n" for place in inside.namelist()))
    return Wheel.read(path)


def pip_wheel(folder: Path) -> Wheel:
    """The pip that is installed here, packed again."""
    pip = importlib.metadata.distribution("pip")
    path = folder / f"pip-{pip.version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as inside:
        for file in pip.files or ():
            if ".." not in file.parts and "__pycache__" not in file.parts:
                inside.write(str(file.locate()), str(file))
    return Wheel.read(path)


def small_bundle(folder: Path, version: str = "0.1.0", **target: object) -> Path:
    """``target`` is what it says it is for, where that is not this machine."""
    (folder / "wheels").mkdir(parents=True)
    product = {"product.py": PRODUCT.replace("VERSION", version)}
    own = wheel(folder / f"wheels/aicc-{version}-py3-none-any.whl", product, "")
    wheels = [own]  # pip is beside it, and installs without being installed: that is what takes its time
    pip_wheel(folder / "wheels")
    for name in ("docs", "scenarios", "models/ours"):
        (folder / name).mkdir(parents=True)
        (folder / name / "some file.md").write_text("한국어", encoding="utf-8")
    for name in ("LICENCES.md", "LICENSE", "README.md", "README.ko.md", "aicc.yaml"):
        (folder / name).write_text(f"# {name}\n", encoding="utf-8")
    (folder / "install.sh").write_text(INSTALLER.read_text(encoding="utf-8"), encoding="utf-8")
    here = Target.of(wheels)
    values = {name: target.get(name, getattr(here, name)) for name in ("version", "python", "platform", "glibc")}
    describe(folder, Target(**values), wheels)  # type: ignore[arg-type]
    write_sums(folder)
    return folder
