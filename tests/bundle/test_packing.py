"""What goes into a bundle, and what ``python -m aicc.bundle`` says of it; its wheels are small ones."""

import json
import re
import subprocess
import tarfile
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from aicc.bundle import BundleFailed, packing
from aicc.bundle.__main__ import bundle
from aicc.bundle.packing import Target, lay_out
from aicc.bundle.wheels import Wheel
from aicc.models.registry import Registry, installed
from tests.bundle.small import wheel


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of a product with a panel that is built and two models that were pulled; the working folder."""
    folder = tmp_path / "sources"
    for name in ("docs/one.md", "scenarios/ours/scenario.yaml", "scenarios/__pycache__/x.pyc", "LICENSE", "README.md"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("text")
    (folder / "README.ko.md").touch()
    (folder / "aicc.yaml").write_text("slots: 40\n")
    (folder / "assist/web/dist").mkdir(parents=True)
    (folder / "assist/web/dist/index.html").touch()
    (folder / "assist/web/package-lock.json").write_text('{"packages": {}}')
    for name in ("whisper-small", "our-own"):
        (folder / "models" / name).mkdir(parents=True)
        for file in ("model.bin", "config.json", "tokenizer.json"):
            (folder / "models" / name / file).write_text("{}")

    def collect(sources: Path, wheels: Path, scratch: Path) -> list[Wheel]:
        wheels.mkdir()
        names = ("aicc-0.3.0-py3-none-any", "numpy-2.4.6-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64")
        return [wheel(wheels / f"{name}.whl", {}, "License-Expression: MIT\n") for name in names]

    monkeypatch.setattr(packing, "collect", collect)
    monkeypatch.chdir(folder)
    monkeypatch.delenv("AICC_CONFIG", raising=False)
    return folder


def packs(*arguments: str) -> Result:
    app = typer.Typer()
    app.command()(bundle)
    return CliRunner().invoke(app, list(arguments))


def test_the_folder(sources: Path, tmp_path: Path) -> None:
    folder, target = lay_out(sources, tmp_path, installed(sources / "models"), Registry.load())
    assert (target.version, target.glibc) == ("0.3.0", (2, 27))
    assert re.fullmatch(r"aicc-0\.3\.0-cp3\d+-[a-z0-9_]+", folder.name)
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {"docs/one.md", "scenarios/ours/scenario.yaml", "models/our-own/model.bin", "install.sh"} <= names
    assert not [name for name in names if "__pycache__" in name]
    checked = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, text=True)
    assert checked.returncode == 0
    assert len(checked.stdout.splitlines()) == len(names) - 1, "all but the sums themselves"
    requirements = (folder / "requirements.txt").read_text().splitlines()
    assert re.fullmatch(r"aicc==0\.3\.0 --hash=sha256:[0-9a-f]{64}", requirements[0])
    licences = (folder / "LICENCES.md").read_text(encoding="utf-8")
    assert "| our-own | whisper | not known: a model of this site's own |" in licences
    assert "| whisper-small | whisper | MIT |" in licences


def test_the_name_says_what_it_is_for() -> None:
    assert Target("0.3.0", "3.12", "linux_aarch64", (2, 28)).name == "aicc-0.3.0-cp312-linux_aarch64"


def test_without_a_panel_there_is_no_bundle(sources: Path, tmp_path: Path) -> None:
    (sources / "assist/web/dist/index.html").unlink()
    with pytest.raises(BundleFailed, match=r'the panel is not built.*run "make panel"'):
        lay_out(sources, tmp_path, [], Registry.load())


def test_the_command_leaves_an_archive_and_its_sum(sources: Path) -> None:
    result = packs("--model", "our-own", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout.splitlines()[-1])
    archive = sources / told["archive"]
    assert sorted(path.name for path in archive.parent.iterdir()) == [archive.name, f"{archive.name}.sha256"]
    assert told["size_bytes"] == archive.stat().st_size
    assert told["models"] == ["our-own"]
    with tarfile.open(archive) as tar:
        assert [name for name in tar.getnames() if "/models/whisper-small" in name] == []
    assert packs("--without-models").stdout.count("none but the product's own") == 1


def test_a_model_that_is_not_here_or_not_whole(sources: Path) -> None:
    result = packs("--model", "vosk-ko")
    assert result.exit_code == 1
    assert 'no model "vosk-ko" is installed here: run "aicc models pull vosk-ko"' in result.output
