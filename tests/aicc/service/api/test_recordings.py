import asyncio
import io
import os
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
import pytest
import soundfile

from tests.aicc.service.api.conftest import Client
from tests.fakes.service import ENDED, STARTED, FakeService
from voicebot.encryption import EncryptedWriter
from voicebot.log import EventLog, new_call_id
from voicebot.sealing import CHUNK_BYTES, seal
from voicebot.store import Store

KEY = bytes(range(32))
SAMPLES = np.random.default_rng(1).integers(-20_000, 20_000, (8_000 * 8, 2), dtype=np.int16)  # does not pack well


@dataclass
class Recorded:
    call_id: str
    folder: Path
    sha256: str


@pytest.fixture
def call_id(store: Store) -> str:
    log = EventLog(new_call_id())
    log.append(STARTED)
    log.append(ENDED)
    store.write(log.read())
    return log.call_id


def record(service: FakeService, call_id: str, key: bytes | None = None) -> Recorded:
    """What the product's own sealing makes of a call's sound."""
    folder = service.folder / "calls" / call_id
    folder.mkdir(parents=True)
    soundfile.write(folder / "recording.wav", SAMPLES, 8_000, subtype="PCM_16")
    sealed = seal(folder)
    if key is not None:
        _encrypt(folder, key)
        (folder / "recording.flac").unlink()
    assert sealed
    return Recorded(call_id, folder, sealed.sha256)


def _encrypt(folder: Path, key: bytes) -> None:
    plain = (folder / "recording.flac").read_bytes()
    descriptor = os.open(folder / "recording.flac.enc", os.O_RDWR | os.O_CREAT)
    writer = EncryptedWriter(descriptor, key, CHUNK_BYTES)
    for at in range(0, len(plain), CHUNK_BYTES):
        writer.write(plain[at : at + CHUNK_BYTES], is_last=at + CHUNK_BYTES >= len(plain))
    os.close(descriptor)


def got(client: Client, call_id: str, method: str = "GET", **headers: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        async with client() as known:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            return await known.request(method, f"/api/calls/{call_id}/recording", headers=sent)

    return asyncio.run(ask())


@pytest.mark.parametrize("secret", [None, KEY])
def test_a_recording_is_the_flac_that_was_sealed(
    client: Client, service: FakeService, call_id: str, secret: bytes | None
) -> None:
    recorded = record(service, call_id, secret)
    service.recording_key = secret
    answer = got(client, call_id)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "audio/flac"
    assert answer.headers["etag"] == f'"{recorded.sha256}"'
    assert int(answer.headers["content-length"]) == len(answer.content) > 2 * CHUNK_BYTES
    heard, rate_hz = soundfile.read(io.BytesIO(answer.content), dtype="int16")
    assert rate_hz == 8_000
    assert np.array_equal(heard, SAMPLES)


@pytest.mark.parametrize("secret", [None, KEY])
def test_players_seek(client: Client, service: FakeService, call_id: str, secret: bytes | None) -> None:
    record(service, call_id, secret)
    service.recording_key = secret
    whole = got(client, call_id).content
    for asked, part in (
        ("bytes=0-0", whole[:1]),
        (f"bytes={CHUNK_BYTES - 3}-{CHUNK_BYTES + 3}", whole[CHUNK_BYTES - 3 : CHUNK_BYTES + 4]),
        ("bytes=100-", whole[100:]),
        ("bytes=-5", whole[-5:]),
    ):
        answer = got(client, call_id, range=asked)
        assert (answer.status_code, answer.content) == (206, part), asked
        first = len(whole) - 5 if asked == "bytes=-5" else int(asked[6:].split("-")[0])
        assert answer.headers["content-range"] == f"bytes {first}-{first + len(part) - 1}/{len(whole)}"
        assert answer.headers["content-length"] == str(len(part))


def test_a_part_behind_the_end_is_refused_with_the_size(client: Client, service: FakeService, call_id: str) -> None:
    record(service, call_id)
    size = len(got(client, call_id).content)
    answer = got(client, call_id, range=f"bytes={size}-")
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{size}"


def test_several_parts_at_once_are_the_whole(client: Client, service: FakeService, call_id: str) -> None:
    record(service, call_id)
    assert got(client, call_id, range="bytes=0-1,5-6").status_code == 200


def test_what_a_client_has_already_is_not_sent_again(client: Client, service: FakeService, call_id: str) -> None:
    tag = f'"{record(service, call_id).sha256}"'
    for condition in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = got(client, call_id, if_none_match=condition)
        assert (answer.status_code, answer.content) == (304, b""), condition
    assert got(client, call_id, if_none_match='"other"').status_code == 200
    assert got(client, call_id, range="bytes=0-9", if_range=tag).status_code == 206
    assert got(client, call_id, range="bytes=0-9", if_range='"other"').status_code == 200


def test_head_tells_the_size_and_sends_nothing(client: Client, service: FakeService, call_id: str) -> None:
    record(service, call_id)
    answer = got(client, call_id, "HEAD")
    assert answer.content == b""
    assert answer.headers["content-length"] == str(len(got(client, call_id).content))
    assert answer.headers["accept-ranges"] == "bytes"


def test_what_the_store_was_told_is_used(client: Client, service: FakeService, store: Store, call_id: str) -> None:
    recorded = record(service, call_id)
    path = recorded.folder / "recording.flac"
    elsewhere = path.rename(service.folder / "moved.flac")
    store.sealed(call_id, elsewhere, recorded.sha256, size_bytes=1, duration_ms=8_000)
    assert got(client, call_id).status_code == 200


def test_a_running_call_has_no_recording_yet(client: Client, service: FakeService) -> None:
    answer = got(client, service.begin())
    assert (answer.status_code, answer.json()["error"]) == (409, "the call is running")


def test_a_recording_that_is_being_sealed_comes_soon(client: Client, service: FakeService, call_id: str) -> None:
    folder = service.folder / "calls" / call_id
    folder.mkdir(parents=True)
    (folder / "recording.wav").write_bytes(b"RIFF")
    answer = got(client, call_id)
    assert (answer.status_code, answer.json()["error"]) == (409, "the recording is being sealed")
    assert answer.headers["retry-after"] == "2"


def test_why_there_is_no_recording_is_told(client: Client, service: FakeService, store: Store, call_id: str) -> None:
    assert got(client, new_call_id()).json()["error"].startswith("no call ")
    answer = got(client, call_id)
    assert (answer.status_code, answer.json()["error"]) == (404, "the call was not recorded")
    store.sealed(call_id, service.folder / "gone.flac", "0" * 64, size_bytes=1, duration_ms=1)
    assert got(client, call_id).json()["error"] == "the file of the recording is gone"
    store.recording_removed(call_id)
    answer = got(client, call_id)
    assert answer.status_code == 404
    assert "removed on 20" in answer.json()["error"]
    assert "retention" in answer.json()["error"]


@pytest.mark.parametrize("secret", [None, bytes(32)])
def test_without_its_key_nothing_is_told(
    client: Client, service: FakeService, call_id: str, secret: bytes | None
) -> None:
    record(service, call_id, KEY)
    service.recording_key = secret
    answer = got(client, call_id)
    assert (answer.status_code, answer.json()["error"]) == (503, "the recording cannot be decrypted")
    assert str(service.folder) not in answer.text


def test_files_are_closed(client: Client, service: FakeService, call_id: str) -> None:
    record(service, call_id)

    def open_files() -> int:
        return sum(link.resolve().name == "recording.flac" for link in Path("/proc/self/fd").iterdir() if link.exists())

    for headers in ({}, {"range": "bytes=0-1"}, {"range": "bytes=999999999-"}, {"if_none_match": "*"}):
        got(client, call_id, **headers)
        got(client, call_id, "HEAD", **headers)
    assert open_files() == 0


def test_a_recording_is_beeped_for_whoever_wants_that(client: Client, service: FakeService, call_id: str) -> None:
    recorded = record(service, call_id)

    async def ask() -> httpx.Response:
        async with client() as known:
            return await known.get(f"/api/calls/{call_id}/recording", params={"beeped": "true"})

    beeped = asyncio.run(ask())
    assert beeped.status_code == 200 and beeped.headers["etag"] == f'"{recorded.sha256}-beeped"'
    # nobody was abusive: it sounds as it was
    sound, _ = soundfile.read(io.BytesIO(beeped.content), dtype="int16")
    assert np.array_equal(sound, SAMPLES)
