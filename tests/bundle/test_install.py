"""``install.sh`` on good days and bad ones, with a bundle that is small."""

import shutil
import sqlite3
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from aicc.bundle.archive import pack, write_sums
from tests.bundle.small import small_bundle, wheel

Install = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_bundle(tmp_path_factory.mktemp("packed") / "aicc-0.1.0")


@pytest.fixture
def bundle(packed: Path, tmp_path: Path) -> Path:
    """One that a test may spoil."""
    return shutil.copytree(packed, tmp_path / "bundle")


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    return tmp_path / "opt/aicc"


@pytest.fixture
def install(prefix: Path, tmp_path: Path) -> Install:
    """Runs the installer of a bundle from somewhere else."""

    def run(bundle: Path, *arguments: str, to: Path = prefix) -> "subprocess.CompletedProcess[str]":
        command = ["sh", str(bundle / "install.sh"), "--prefix", str(to), *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")

    return run


def refused(ended: "subprocess.CompletedProcess[str]") -> str:
    """The one line that tells why."""
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    return line.removeprefix("install.sh: ")


def said(prefix: Path) -> str:
    """By the program that is in use."""
    command = [str(prefix / "current/bin/aicc"), "--config", "c", "hello"]
    return subprocess.run(command, capture_output=True, text=True, cwd=prefix).stdout.strip()


def test_what_is_there_afterwards(install: Install, packed: Path, prefix: Path) -> None:
    ended = install(packed)
    assert ended.returncode == 0, ended.stderr
    assert said(prefix) == "aicc 0.1.0 hello"
    assert "aicc 0.1.0 doctor --self-test" in ended.stdout
    assert f"{prefix}/current/bin/aicc --config {prefix}/aicc.yaml serve" in ended.stdout
    names = {"aicc.service", "aicc.yaml", "current", "data", "knowledge", "models", "versions"}
    assert {path.name for path in prefix.iterdir()} == names
    assert (prefix / "models/ours/some file.md").exists(), "models of the bundle are imported"
    assert (prefix / "current/share/aicc/docs/some file.md").read_text(encoding="utf-8") == "한국어"
    assert (prefix / "data").stat().st_mode & 0o777 == 0o700
    unit = (prefix / "aicc.service").read_text(encoding="utf-8")
    assert f"ExecStart={prefix}/current/bin/aicc --config {prefix}/aicc.yaml serve\n" in unit
    assert not list(prefix.rglob("*.before"))


@pytest.mark.slow
def test_an_upgrade_keeps_what_is_the_sites_and_leads_back(
    install: Install, packed: Path, prefix: Path, tmp_path: Path
) -> None:
    assert install(packed).returncode == 0
    (prefix / "aicc.yaml").write_text("slots: 7\n")
    with sqlite3.connect(prefix / "data/aicc.db") as database:
        database.execute("CREATE TABLE calls (id TEXT)")
        database.execute("INSERT INTO calls VALUES ('yesterday')")
    again = install(packed)
    assert again.returncode == 0, "the same once more mends what is there"
    assert "before-" not in again.stdout
    newer = install(small_bundle(tmp_path / "newer", "0.2.0"))
    assert newer.returncode == 0, newer.stderr
    assert "aicc 0.2.0 is installed" in newer.stdout and "before it was 0.1.0" in newer.stdout
    assert said(prefix) == "aicc 0.2.0 hello"
    assert (prefix / "aicc.yaml").read_text() == "slots: 7\n"
    for name in ("aicc.db", "aicc.db.before-0.2.0"):
        with sqlite3.connect(prefix / "data" / name) as database:
            assert database.execute("SELECT id FROM calls").fetchall() == [("yesterday",)]
    subprocess.run(["ln", "-sfn", "versions/0.1.0", str(prefix / "current")], check=True)
    assert said(prefix) == "aicc 0.1.0 hello"
    removed = install(packed, "--uninstall")
    assert removed.returncode == 0
    names = {path.name for path in prefix.iterdir()}
    assert names == {"aicc.yaml", "data", "knowledge", "models"}, "the program goes, what is the site's stays"


@pytest.mark.slow
def test_a_version_that_fails_its_self_test_is_not_used(
    install: Install, packed: Path, prefix: Path, tmp_path: Path
) -> None:
    assert install(packed).returncode == 0
    (prefix / "ailing").touch()
    failed = install(small_bundle(tmp_path / "newer", "0.2.0"))
    assert failed.returncode == 1
    assert "aicc 0.2.0 is not installed, 0.1.0 stays in use" in failed.stderr
    assert said(prefix) == "aicc 0.1.0 hello"
    same = install(packed)
    assert same.returncode == 1
    assert said(prefix) == "aicc 0.1.0 hello", "what was moved aside is back"
    assert sorted(path.name for path in (prefix / "versions").iterdir()) == ["0.1.0"]


@pytest.mark.slow
def test_one_that_was_killed_is_made_good_by_the_next(install: Install, packed: Path, prefix: Path) -> None:
    assert install(packed).returncode == 0
    (prefix / "versions/0.1.0").rename(prefix / "versions/.0.1.0.before")
    (prefix / "versions/0.1.0").mkdir()
    (prefix / "ailing").touch()
    assert install(packed).returncode == 1
    assert said(prefix) == "aicc 0.1.0 hello"


def test_an_altered_wheel_is_named(install: Install, bundle: Path, prefix: Path) -> None:
    altered = bundle / "wheels/aicc-0.1.0-py3-none-any.whl"
    altered.write_bytes(altered.read_bytes()[:-1] + b"x")
    told = "not as packed, SHA-256 differs: wheels/aicc-0.1.0-py3-none-any.whl: copy the bundle again"
    assert refused(install(bundle)) == told
    assert not prefix.exists()


def test_a_wheel_that_was_put_beside_is_not_used(install: Install, bundle: Path, prefix: Path) -> None:
    wheel(bundle / "wheels/aicc-9.9-py3-none-any.whl", {"product.py": "def main(): print('of somebody else')"}, "")
    assert install(bundle).returncode == 0
    assert said(prefix) == "aicc 0.1.0 hello"


def test_a_wheel_that_was_put_beside_with_its_sum_is_not_what_pip_was_told(install: Install, bundle: Path) -> None:
    (bundle / "wheels/aicc-0.1.0-py3-none-any.whl").unlink()
    wheel(bundle / "wheels/aicc-0.1.0-py3-none-any.whl", {"product.py": "def main(): print('of somebody else')"}, "")
    write_sums(bundle)
    failed = install(bundle)
    assert failed.returncode == 1
    assert "HASHES" in failed.stderr and "aicc 0.1.0 is not installed" in failed.stderr


def test_half_an_archive(install: Install, packed: Path, tmp_path: Path) -> None:
    archive = tmp_path / "aicc.tar.gz"
    pack(packed, archive)
    archive.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    (tmp_path / "here").mkdir()
    unpacked = subprocess.run(["tar", "xzf", str(archive), "-C", str(tmp_path / "here")], capture_output=True)
    assert unpacked.returncode != 0
    why = refused(install(tmp_path / "here" / packed.name))
    assert "the archive was not copied or unpacked whole" in why or "SHA-256 differs: wheels/" in why


def test_files_that_are_missing_are_counted(install: Install, bundle: Path) -> None:
    for name in ("aicc.yaml", "docs/some file.md"):
        (bundle / name).unlink()
    told = "missing: aicc.yaml and 1 more: the archive was not copied or unpacked whole, do it again"
    assert refused(install(bundle)) == told
    (bundle / "SHA256SUMS").write_text("")
    assert refused(install(bundle)) == "SHA256SUMS cannot be read: unpack the whole archive again"
    (bundle / "SHA256SUMS").unlink()
    assert refused(install(bundle)) == "SHA256SUMS is missing here: unpack the whole archive again"


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ({"python": "3.99"}, "not CPython 3.99"),
        ({"platform": "linux_riscv64"}, "not linux_riscv64"),
        ({"glibc": (9, 9)}, "not glibc 9.9 or newer"),
    ],
)
def test_another_machine(install: Install, tmp_path: Path, prefix: Path, target: dict[str, object], why: str) -> None:
    line = refused(install(small_bundle(tmp_path / "foreign", **target)))
    assert line.startswith("this bundle is for Python ")
    assert why in line
    assert not prefix.exists()


def test_a_python_that_is_not_there(install: Install, packed: Path) -> None:
    assert "there is no python-of-nowhere" in refused(install(packed, "--python", "python-of-nowhere"))


def test_nowhere_to_write(install: Install, packed: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told = f"cannot write to {tmp_path}/file/aicc: run as root, or choose another --prefix"
    assert refused(install(packed, to=tmp_path / "file/aicc")) == told


def test_no_room(install: Install, bundle: Path, prefix: Path) -> None:
    conf = (bundle / "bundle.conf").read_text()
    (bundle / "bundle.conf").write_text(conf + "NEEDED_KB=999999999999\n")
    write_sums(bundle)
    line = refused(install(bundle))
    assert line.startswith(f"not enough room in {prefix}: 976562499 MB are needed, ")
    assert list((prefix / "versions").iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--prefixx"], "unknown option --prefixx"),
        (["--python"], "--python wants a value"),
        (["--prefix", "/a b"], '"/a b" cannot be a prefix'),
        (["--uninstall"], "nothing is installed in "),
    ],
)
def test_what_is_asked_wrongly(install: Install, packed: Path, arguments: list[str], why: str) -> None:
    assert refused(install(packed, *arguments)).startswith(why)


def test_verifying_installs_nothing(install: Install, packed: Path, bundle: Path, prefix: Path) -> None:
    assert install(packed, "--verify").stdout == "the bundle is as it was packed\n"
    (bundle / "docs/some file.md").write_text("")
    assert "docs/some file.md" in refused(install(bundle, "--verify"))
    assert not prefix.exists()


def test_the_same_content_is_the_same_archive(packed: Path, tmp_path: Path) -> None:
    sums = {pack(packed, tmp_path / name) for name in ("one.tar.gz", "two.tar.gz")}
    assert len(sums) == 1
    with tarfile.open(tmp_path / "one.tar.gz") as tar:
        names = tar.getnames()
    assert names[:2] == [f"{packed.name}/SHA256SUMS", f"{packed.name}/install.sh"], (
        "half of it can tell what is missing"
    )
    checked = subprocess.run(["sha256sum", "-c", "one.tar.gz.sha256"], cwd=tmp_path, capture_output=True)
    assert checked.returncode == 0
