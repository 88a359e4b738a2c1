import ctypes.util
import gc
import logging
from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.doors.rtp import libopus
from voicebot.doors.rtp.av_opus import AvDecoder
from voicebot.doors.rtp.codecs import open_codec


@pytest.fixture
def afresh() -> Iterator[None]:
    libopus.library.cache_clear()
    yield
    libopus.library.cache_clear()


def test_the_library_of_the_wheel_is_found() -> None:
    loaded = libopus.library()
    assert loaded is not None
    assert b"opus" in (Path(loaded._name).name.encode())


@pytest.mark.usefixtures("afresh")
def test_where_there_is_none_pyav_decodes_and_the_log_says_so_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    monkeypatch.setattr(av, "__file__", str(tmp_path / "av" / "__init__.py"))
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: None)
    with caplog.at_level(logging.WARNING):
        codecs = [open_codec("opus") for _ in range(3)]
    assert {type(vars(codec)["_decoder"]) for codec in codecs} == {AvDecoder}
    [record] = caplog.records
    assert record.message.startswith("no libopus beside PyAV")


@pytest.mark.usefixtures("afresh")
def test_what_is_no_libopus_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    libraries = tmp_path / "av.libs"
    libraries.mkdir()
    (libraries / "libopus-broken.so").write_bytes(b"no library")
    monkeypatch.setattr(av, "__file__", str(tmp_path / "av" / "__init__.py"))
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: "libc.so.6")
    assert libopus.library() is None


def test_decoders_that_are_not_used_any_more_are_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = libopus.library()
    assert loaded is not None
    destroy, destroyed = loaded.opus_decoder_destroy, []

    def count(state: object) -> None:
        destroyed.append(state)
        destroy(state)

    monkeypatch.setattr(loaded, "opus_decoder_destroy", count)
    decoders = [libopus.LibopusDecoder(loaded) for _ in range(3)]
    assert len(decoders[0].conceal(320)) == 320
    assert not destroyed
    decoders.clear()
    gc.collect()
    assert len(destroyed) == 3


@pytest.mark.parametrize(
    ("payload", "ms"),
    [
        (b"\x48\x40\x00", 20),  # SILK, wide band, 20 ms, one frame: a bit for its voice, then the copy's
        (b"\x48\x80\x00", 0),
        (b"\x40\x40\x00", 10),
        (b"\x50\x20\x00", 40),
        (b"\x50\x40\x00", 0),
        (b"\x58\x10\x00", 60),
        (b"\x4c\x40\x00", 20),  # stereo
        (b"\x68\x40\x00", 20),  # hybrid
        (b"\x60\x40\x00", 10),
        (b"\x80\x40\x00", 0),  # CELT
        (b"\x49\x40\x00", 0),  # two frames
        (b"\x48\x40", 0),  # nothing said, nothing sent
        (b"\x48", 0),
        (b"", 0),
    ],
)
def test_whether_a_packet_carries_the_one_before(payload: bytes, ms: int) -> None:
    assert libopus.repeated_ms(payload) == ms


@given(st.binary(max_size=20))
def test_it_may_be_any_bytes(payload: bytes) -> None:
    assert libopus.repeated_ms(payload) in (0, 10, 20, 40, 60)
