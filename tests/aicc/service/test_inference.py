"""Where inference processes compute, and which of them a media process uses."""

import logging
from pathlib import Path

import pytest

from aicc.service import inference
from aicc.service.inference import devices, processes, sockets
from aicc.service.process import Start
from aicc.settings import Settings

DATA = Path("/srv/aicc")


def settings(**chosen):
    return Settings.model_validate(chosen, context=DATA)


@pytest.fixture(autouse=True)
def two_gpus(monkeypatch):
    monkeypatch.setattr(inference, "gpu_count", lambda: 2)


@pytest.mark.parametrize(
    ("chosen", "where"),
    [
        ({}, ()),  # the bundled recognizer streams on the CPU, in the media processes
        ({"recognizer": "whisper:large-v3"}, ("cuda:0", "cuda:1")),
        ({"recognizer": "whisper:large-v3", "device": "cuda"}, ("cuda:0", "cuda:1")),
        ({"recognizer": "whisper:large-v3", "device": "cpu"}, ()),
        ({"recognizer": "whisper:large-v3", "inference": "none"}, ()),
        ({"inference": "cpu"}, ("cpu",)),
        ({"recognizer": "whisper:large-v3", "inference": "cpu"}, ("cpu",)),
    ],
)
def test_one_for_each_gpu_or_one_on_the_cpu(chosen, where):
    assert devices(settings(**chosen)) == where


def test_without_a_gpu_there_is_none(monkeypatch):
    monkeypatch.setattr(inference, "gpu_count", lambda: 0)
    chosen = settings(recognizer="whisper:large-v3")
    assert (devices(chosen), sockets(chosen, DATA), list(processes(chosen, DATA))) == ((), (), [])


def test_each_has_a_socket_of_its_own():
    chosen = settings(recognizer="whisper:large-v3")
    assert sockets(chosen, DATA) == (DATA / "run" / "inference-0.sock", DATA / "run" / "inference-1.sock")
    assert len(processes(chosen, DATA)) == 2


@pytest.mark.parametrize(
    ("name", "used"), [("media-1", "b"), ("media-2", "a"), ("media-3", "b"), ("media-12", "a"), ("media", "a")]
)
def test_media_processes_share_them_out(name, used):
    start = Start(
        name=name,
        settings=settings(),
        data=DATA,
        scenarios={},
        inference=(Path("a"), Path("b")),
        log_level=logging.INFO,
    )
    assert start.inference_socket == Path(used)
    assert Start.model_validate_json(start.model_dump_json()) == start, "it goes to the process as JSON"


def test_a_media_process_may_have_none():
    start = Start(name="media-1", settings=settings(), data=DATA, scenarios={}, log_level=logging.INFO)
    assert start.inference_socket is None
