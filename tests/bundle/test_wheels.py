"""What wheels tell of themselves, and how they are collected."""

import re
from pathlib import Path

import pytest

from aicc.bundle import BundleFailed
from aicc.bundle.wheels import Wheel, collect, here_glibc
from tests.bundle.small import wheel

ROOT = Path(__file__).parents[2]


def test_what_a_wheel_is(tmp_path: Path) -> None:
    found = wheel(tmp_path / "one-1.2-py3-none-any.whl", {"one.py": "x" * 5_000}, "License: MIT\n")
    assert (found.name, found.version) == ("one", "1.2")
    assert re.fullmatch("[0-9a-f]{64}", found.sha256)
    assert found.size_bytes == found.path.stat().st_size
    assert found.unpacked_bytes > 5_000


@pytest.mark.parametrize(
    ("tags", "glibc"),
    [
        ("py3-none-any", None),
        ("cp311-cp311-manylinux_2_34_x86_64", (2, 34)),
        ("cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64", (2, 17)),
        ("cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64", (2, 27)),
        ("cp311-cp311-manylinux1_x86_64", (2, 5)),
        ("cp311-cp311-linux_x86_64", here_glibc()),
    ],
)
def test_the_glibc_that_a_wheel_needs(tmp_path: Path, tags: str, glibc: tuple[int, int] | None) -> None:
    assert wheel(tmp_path / f"one-1.2-{tags}.whl", {}, "").glibc == glibc


def test_what_is_no_wheel(tmp_path: Path) -> None:
    (tmp_path / "one-1.2-py3-none-any.whl").write_bytes(b"PK half of one")
    with pytest.raises(BundleFailed, match="is not a wheel: remove it"):
        Wheel.read(tmp_path / "one-1.2-py3-none-any.whl")


def test_without_a_network_it_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path), "PIP_CONFIG_FILE": "/dev/null"}.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "sources/own").mkdir(parents=True)
    (tmp_path / "sources/pyproject.toml").write_text(
        '[build-system]\nrequires = ["setuptools"]\n[project]\nname = "own"\nversion = "1"\nreadme = "R.md"\n'
        'license-files = []\n[tool.setuptools.packages.find]\ninclude = ["own*"]\n'
    )
    (tmp_path / "sources/R.md").touch()
    with pytest.raises(BundleFailed, match=r"pip does not get all wheels \(.*\): is there a network here\?") as told:
        collect(tmp_path / "sources", tmp_path / "wheels", tmp_path / "scratch")
    assert "\n" not in str(told.value)
