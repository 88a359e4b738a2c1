"""The real bundle: made here, installed and tried out where there is no network."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from aicc.bundle.wheels import Wheel
from tests.bundle.isolated import without_network

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.load, pytest.mark.timeout(1_200)]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an archive that ``make bundle`` has made."""
    if not (ROOT / "assist/web/dist/index.html").exists():
        pytest.skip("the panel is not built here: make panel")
    folder = tmp_path_factory.mktemp("bundle")
    made = subprocess.run(
        [sys.executable, "-m", "aicc.bundle", "--output", str(folder), "--without-models"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stderr
    (archive,) = folder.glob("*.tar.gz")
    assert re.fullmatch(r"aicc-[\d.]+-cp3\d+-linux_\w+\.tar\.gz", archive.name)
    assert subprocess.run(["sha256sum", "-c", f"{archive.name}.sha256"], cwd=folder).returncode == 0
    subprocess.run(["tar", "xzf", archive.name], cwd=folder, check=True)
    archive.unlink()
    return folder / archive.name.removesuffix(".tar.gz")


def test_it_installs_and_answers_a_caller_without_a_network(unpacked: Path, tmp_path: Path) -> None:
    prefix = tmp_path / "aicc"
    ended = without_network(["sh", str(unpacked / "install.sh"), "--prefix", str(prefix)], tmp_path, 1_000)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    passed = re.findall(r"^✓ ([^:]+):", ended.stdout, re.MULTILINE)
    expected = ["parts", "service", "caller's page", "agents' panel", "call", "recording", "helpers"]
    assert passed == expected
    told = subprocess.run([prefix / "current/bin/aicc", "models", "list", "--json"], capture_output=True, cwd=prefix)
    assert told.returncode == 0
    # what runs goes on with its own version when "current" comes to be another one
    assert (prefix / "current/bin/aicc").read_text().startswith(f"#!{prefix}/versions/")
    modules = "import aicc, assist.web, numpy; print(aicc.__file__, assist.web.DIST, numpy.__file__)"
    found = subprocess.run([prefix / "current/bin/python", "-I", "-c", modules], capture_output=True, text=True)
    assert [path for path in found.stdout.split() if not path.startswith(str(prefix))] == []


def test_the_panel_is_in_the_wheel_and_its_tools_are_not(unpacked: Path) -> None:
    (own,) = (unpacked / "wheels").glob("aicc-*.whl")
    with zipfile.ZipFile(own) as inside:
        names = set(inside.namelist())
        page = inside.read("assist/web/dist/index.html").decode("utf-8")
    loaded = re.findall(r'(?:src|href)="/desk/([^"]+)"', page)
    assert len(loaded) >= 3
    assert {f"assist/web/dist/{path}" for path in loaded} <= names
    others = {name for name in names if name.startswith("assist/web/") and "/dist/" not in name}
    assert others == {"assist/web/__init__.py"}
    assert {"voicebot/stt/bundled_model/recognizer.onnx", "scenarios/nuri/scenario.yaml"} <= names


def test_whatever_carries_gpl_libraries_is_said_to(unpacked: Path) -> None:
    """A new version of a wheel may bring some that nobody has told of."""
    listed = (unpacked / "LICENCES.md").read_text(encoding="utf-8").split("## Wheels")[0]
    for path in (unpacked / "wheels").glob("*.whl"):
        with zipfile.ZipFile(path) as inside:
            names = [name for name in inside.namelist() if ".so" in name]
        if any(re.search(r"x26[45]|espeak|libsndfile", name) for name in names):
            assert f"| {Wheel.read(path).name} |" in listed
