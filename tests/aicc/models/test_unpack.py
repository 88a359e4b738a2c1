"""Archives from people who mean no good, and from people who do."""

import io
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from aicc.models.unpack import BadArchive, unpack


def tar(path: Path, *members: tuple[str, bytes | str], kind: bytes = tarfile.SYMTYPE) -> Path:
    """Bytes are a file's content, text is where a link points."""
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            if isinstance(content, bytes):
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
            else:
                info.type, info.linkname = kind, content
                archive.addfile(info)
    return path


def unpacked_files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["../evil", "/tmp/evil", "a/../../evil", "..\\evil"])
def test_nothing_is_written_outside(tmp_path, name):
    with pytest.raises(BadArchive, match="wants to write outside of its folder"):
        unpack(tar(tmp_path / "a.tar.gz", (name, b"x")), tmp_path / "out")
    packed = tmp_path / "a.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), b"x")
    with pytest.raises(BadArchive, match="wants to write outside of its folder"):
        unpack(packed, tmp_path / "out-zip")
    assert not list(tmp_path.rglob("evil*"))


@pytest.mark.parametrize("target", ["/etc/passwd", "../../etc/passwd", "a/../../x"])
def test_links_that_lead_out_are_refused(tmp_path, target):
    with pytest.raises(BadArchive, match="a link that leads out of its folder"):
        unpack(tar(tmp_path / "a.tar.gz", ("link", target)), tmp_path / "out")


def test_writing_through_a_link_is_impossible(tmp_path):
    """The classic: a link to a folder outside, then a file beneath the link."""
    with pytest.raises(BadArchive):
        unpack(tar(tmp_path / "a.tar.gz", ("d", str(tmp_path)), ("d/evil", b"x")), tmp_path / "out")
    assert not (tmp_path / "evil").exists()


def test_links_within_become_copies(tmp_path):
    unpack(tar(tmp_path / "a.tar.gz", ("m/a", b"content"), ("m/deep/b", "../a")), tmp_path / "out")
    assert unpacked_files(tmp_path / "out") == {"m/a": b"content", "m/deep/b": b"content"}
    assert not (tmp_path / "out/m/deep/b").is_symlink()
    unpack(tar(tmp_path / "h.tar.gz", ("m/a", b"content"), ("b", "m/a"), kind=tarfile.LNKTYPE), tmp_path / "hard")
    assert unpacked_files(tmp_path / "hard")["b"] == b"content"
    with pytest.raises(BadArchive, match="a link to what it does not hold"):
        unpack(tar(tmp_path / "x.tar.gz", ("m/b", "a")), tmp_path / "dangling")


def test_links_in_a_zip_too(tmp_path):
    packed = tmp_path / "a.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(BadArchive, match="leads out"):
        unpack(packed, tmp_path / "out")


def test_devices_and_doubled_names_are_refused(tmp_path):
    with pytest.raises(BadArchive, match="a device or a pipe"):
        unpack(tar(tmp_path / "a.tar.gz", ("fifo", ""), kind=tarfile.FIFOTYPE), tmp_path / "out")
    with pytest.raises(BadArchive, match="one name twice"):
        unpack(tar(tmp_path / "b.tar.gz", ("a", b"1"), ("a", b"2")), tmp_path / "twice")


@pytest.mark.parametrize("kept", [10, 60, 100])
def test_an_archive_that_is_cut_off_is_damaged(tmp_path, kept):
    whole = tar(tmp_path / "a.tar.gz", ("a", bytes(range(256)) * 100)).read_bytes()
    (tmp_path / "cut.tar.gz").write_bytes(whole[: len(whole) * kept // 120])
    with pytest.raises(BadArchive, match=r'"cut.tar.gz" is damaged \(.*\): get it again'):
        unpack(tmp_path / "cut.tar.gz", tmp_path / "out")
