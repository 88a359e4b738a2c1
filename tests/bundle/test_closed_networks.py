"""docs/closed-networks.md shows what there is."""

import re
import subprocess
from pathlib import Path

import yaml

from aicc.settings import Settings

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/closed-networks.md").read_text(encoding="utf-8")


def test_the_options_of_the_installer_are_those_that_it_has() -> None:
    usage = subprocess.run(["sh", ROOT / "aicc/bundle/install.sh", "--help"], capture_output=True, text=True)
    assert usage.returncode == 0
    shown = {option for line in TEXT.splitlines() if "install.sh" in line for option in re.findall(r" (--\w+)", line)}
    assert shown == {"--verify", "--prefix", "--uninstall"}
    assert all(option in usage.stdout for option in shown)


def test_the_settings_are_settings() -> None:
    blocks = re.findall(r"^```yaml\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
    lines = re.findall(r"^\|[^|]*\| `((?:store|answers|telemetry): [^`]*)`", TEXT, re.MULTILINE)
    assert len(blocks) == 1 and len(lines) == 3
    for block in (*blocks, *lines):
        Settings.model_validate(yaml.safe_load(block), context=ROOT)


def test_the_targets_of_make_are_there() -> None:
    for target in re.findall(r"(?:`|\$ |before )make (\w+)", TEXT):
        subprocess.run(["make", "--dry-run", target], cwd=ROOT, check=True, capture_output=True)
