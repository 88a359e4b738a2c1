"""One file by HTTP, from a server that cuts, changes its mind and does not know ranges."""

import hashlib
import json
import os
from pathlib import Path

import httpx
import pytest

from aicc.models.disk import DiskFull
from aicc.models.download import Download, DownloadFailed, Patience, Source, WrongContent

CONTENT = os.urandom(700_000)
OTHER = os.urandom(650_000)
SUM = hashlib.sha256(CONTENT).hexdigest()
UNKNOWN = {"size_bytes": None, "sha256": None}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "downloads" / "model.bin"


def download(server, path, *, tries=3, size_bytes=700_000, sha256=SUM, seen=None):
    source = Source(f"{server.address}/model.bin", size_bytes, sha256)
    with httpx.Client(timeout=5) as client:
        note = (lambda here, total: seen.append((here, total))) if seen is not None else (lambda here, total: None)
        return Download(client, source, path, Patience(tries, wait_s=0), note).run()


def test_a_file_arrives_whole_and_nothing_else_does(server, path):
    server.files["model.bin"] = CONTENT
    seen: list[tuple[int, int]] = []
    assert download(server, path, seen=seen) == SUM
    assert path.read_bytes() == CONTENT
    assert [file.name for file in path.parent.iterdir()] == ["model.bin"]
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert [here for here, _ in seen] == sorted(here for here, _ in seen)


def test_a_connection_cut_twice_is_taken_up_where_it_broke(server, path):
    server.files["model.bin"], server.cuts = CONTENT, [200_000, 100_000]
    assert download(server, path) == SUM
    assert path.read_bytes() == CONTENT
    assert server.ranges == [None, "bytes=200000-", "bytes=300000-"]


def test_progress_renews_patience(server, path):
    server.files["model.bin"], server.cuts = CONTENT, [50_000] * 8
    assert download(server, path, tries=2) == SUM
    assert len(server.requests) == 9


def broken_off(server, path, **options):
    """A run that is cut and then finds the server down for longer than its patience."""
    server.falls_silent = True
    with pytest.raises(DownloadFailed, match="run the same command again, it continues there"):
        download(server, path, **options)
    server.is_down = server.falls_silent = False
    server.requests.clear()
    assert not path.exists()
    return path.with_name("model.bin.part").stat().st_size


def test_an_interrupted_download_goes_on_at_the_next_run_and_the_one_after(server, path):
    server.files["model.bin"] = CONTENT
    server.cuts = [200_000]
    assert broken_off(server, path) == 200_000
    server.cuts = [300_000]
    assert broken_off(server, path) == 500_000
    assert download(server, path) == SUM
    assert server.ranges == ["bytes=500000-"]
    assert path.read_bytes() == CONTENT


def test_a_server_without_ranges_sends_it_all_again(server, path):
    server.files["model.bin"], server.cuts, server.knows_ranges = CONTENT, [200_000], False
    assert download(server, path) == SUM
    assert path.read_bytes() == CONTENT
    assert server.ranges == [None, "bytes=200000-"]


@pytest.mark.parametrize("heeds_if_range", [True, False])
def test_a_file_that_changes_on_the_server_is_begun_again(server, path, heeds_if_range):
    server.files["model.bin"], server.cuts, server.heeds_if_range = OTHER, [200_000], heeds_if_range
    assert broken_off(server, path, **UNKNOWN) == 200_000
    server.files["model.bin"] = CONTENT
    assert download(server, path, **UNKNOWN) == SUM
    assert path.read_bytes() == CONTENT


def test_a_partial_file_that_is_longer_than_the_file_is_thrown_away(server, path):
    server.files["model.bin"], server.cuts = CONTENT, [600_000]
    broken_off(server, path, **UNKNOWN)
    server.files["model.bin"] = CONTENT[:1000]  # the server answers 416
    assert download(server, path, **UNKNOWN) == hashlib.sha256(CONTENT[:1000]).hexdigest()


def test_a_partial_file_that_is_in_truth_whole_is_accepted(server, path):
    """The process was killed between the last byte and the renaming; the length was never told."""
    server.files["model.bin"], server.tells_lengths = CONTENT, False
    assert download(server, path, **UNKNOWN) == SUM
    note = {"address": f"{server.address}/model.bin", "validator": server.etag("model.bin"), "total_bytes": None}
    path.rename(path.with_name("model.bin.part"))
    path.with_name("model.bin.part.json").write_text(json.dumps(note))
    server.requests.clear()
    assert download(server, path, size_bytes=None) == SUM
    assert server.ranges == [f"bytes={len(CONTENT)}-"]  # answered by 416, and not asked again


def test_halves_that_do_not_fit_are_fetched_again(server, path):
    path.parent.mkdir(parents=True)
    path.with_name("model.bin.part").write_bytes(b"x" * 1000)
    note = {"address": f"{server.address}/model.bin", "validator": None, "total_bytes": len(CONTENT)}
    path.with_name("model.bin.part.json").write_text(json.dumps(note))
    server.files["model.bin"] = CONTENT
    assert download(server, path) == SUM
    assert path.read_bytes() == CONTENT


def test_a_wrong_checksum_leaves_nothing(server, path):
    server.files["model.bin"] = b"y" + CONTENT[1:]
    with pytest.raises(WrongContent, match=r"model\.bin has the wrong checksum \(sha256 .*get it again"):
        download(server, path)
    assert list(path.parent.iterdir()) == []


def test_another_size_is_noticed_before_it_is_downloaded(server, path):
    server.files["model.bin"] = OTHER
    seen: list[tuple[int, int]] = []
    with pytest.raises(WrongContent, match=r"offers 650,000 bytes for model\.bin, the registry says 700,000"):
        download(server, path, seen=seen)
    assert seen == []


def test_passing_troubles_of_the_server_are_waited_out(server, path):
    server.files["model.bin"], server.statuses = CONTENT, [503, 429]
    assert download(server, path) == SUM


@pytest.mark.parametrize(("status", "way_out"), [(404, "check models_url"), (403, "terms"), (401, "password")])
def test_a_refusal_is_not_repeated_and_says_what_to_do(server, path, status, way_out):
    server.files["model.bin"], server.statuses = CONTENT, [status]
    with pytest.raises(DownloadFailed, match=f"answers {status} for http.*{way_out}"):
        download(server, path)
    assert len(server.requests) == 1


def test_no_network_is_one_sentence_for_a_closed_network(server, path, tmp_path):
    unused = "http://127.0.0.1:9"  # the discard port: nobody listens
    with httpx.Client(timeout=5) as client, pytest.raises(DownloadFailed) as failure:
        Download(client, Source(f"{unused}/m"), path, Patience(2, wait_s=0), lambda here, total: None).run()
    assert "cannot reach 127.0.0.1:9" in str(failure.value)
    assert 'run "aicc models import DIR"' in str(failure.value)
    assert "\n" not in str(failure.value)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full is a device of Linux")
def test_a_full_disk_says_so(server, path):
    path.parent.mkdir(parents=True)
    path.with_name("model.bin.part").symlink_to("/dev/full")
    server.files["model.bin"] = CONTENT
    with pytest.raises(DiskFull, match="is full: free some room and run the same command again"):
        download(server, path)
    assert not path.exists()


def test_a_file_too_big_for_the_disk_is_refused_before_it_is_downloaded(server, path, monkeypatch):
    monkeypatch.setattr("aicc.models.disk.free_bytes", lambda folder: 500_000)
    server.files["model.bin"] = CONTENT
    seen: list[tuple[int, int]] = []
    with pytest.raises(DiskFull, match="700 kB are needed, 500 kB are free"):
        download(server, path, seen=seen)
    assert seen == []
