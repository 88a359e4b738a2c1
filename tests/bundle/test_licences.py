"""The licence list says what is packed, and what of it is GPL."""

import json
from pathlib import Path

import pytest

from aicc.bundle.licences import Part, licence_list, licence_of, parts_of_panel, parts_of_wheels
from tests.bundle.small import wheel


@pytest.mark.parametrize(
    ("metadata", "licence"),
    [
        ("License-Expression: MIT\nLicense: something else\n", "MIT"),
        ("Classifier: License :: OSI Approved :: MIT License\nLicense: MIT License Copyright\n", "MIT License"),
        ("Classifier: License :: OSI Approved\nLicense: BSD\n", "BSD"),
        ("License: Apache-2.0\n        and a page of text\n", "Apache-2.0"),
        ("License: UNKNOWN\n", "not stated in its metadata"),
        ("", "not stated in its metadata"),
    ],
)
def test_the_licence_of_a_wheel(tmp_path: Path, metadata: str, licence: str) -> None:
    assert licence_of(wheel(tmp_path / "one-1-py3-none-any.whl", {}, metadata)) == licence


@pytest.mark.parametrize(
    ("licence", "is_copyleft"),
    [
        ("GPL-3.0-or-later", True),
        ("LGPL-2.1-or-later", True),
        ("GNU Lesser General Public License v3", True),
        ("AGPL-3.0", True),
        ("MPL-2.0", False),
        ("BSD License", False),
    ],
)
def test_what_is_copyleft(licence: str, is_copyleft: bool) -> None:
    assert Part("one", "1", licence).is_copyleft == is_copyleft


def test_what_a_wheel_carries_counts_too(tmp_path: Path) -> None:
    names = ("av-18.1.0", "espeakng_loader-0.2.4", "numpy-2.4.6")
    wheels = [wheel(tmp_path / f"{name}-py3-none-any.whl", {}, "License-Expression: BSD-3-Clause\n") for name in names]
    assert [part.is_copyleft for part in parts_of_wheels(wheels)] == [True, True, False]


def test_the_tools_of_the_panel_are_not_in_it(tmp_path: Path) -> None:
    packages = {
        "": {"name": "desk", "version": "0.1.0"},
        "node_modules/react": {"version": "19.3.1", "license": "MIT"},
        "node_modules/react/node_modules/scheduler": {"version": "0.28.0"},
        "node_modules/vite": {"version": "8.0.0", "license": "MIT", "dev": True},
    }
    (tmp_path / "package-lock.json").write_text(json.dumps({"packages": packages}))
    assert parts_of_panel(tmp_path) == [Part("react", "19.3.1", "MIT"), Part("scheduler", "0.28.0", "not stated")]


def test_the_list_begins_with_what_is_gpl() -> None:
    wheels = [Part("numpy", "2", "BSD-3-Clause"), Part("piper-tts", "1.8.0", "GPL-3.0-or-later")]
    text = licence_list("aicc 1", wheels, [Part("react", "19", "MIT")], [Part("ours", "whisper", "CC-BY-NC")])
    gpl, rest = text.split("## Wheels")
    assert "piper-tts" in gpl and "numpy" not in gpl
    for line in (
        "| numpy | 2 | BSD-3-Clause |",
        "| piper-tts |",
        "| react | 19 | MIT |",
        "| ours | whisper | CC-BY-NC |",
    ):
        assert line in rest
