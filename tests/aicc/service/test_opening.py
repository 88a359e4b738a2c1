"""What a process opens before its first call."""

import base64
import time

import numpy as np
import pytest

from aicc.service.opening import KeyMissing, open_tools, recording_key
from aicc.settings import Settings
from voicebot.encryption import EncryptionError
from voicebot.stt.remote import RemoteRecognizer


def settings(variable):
    return Settings.model_validate({"recordings": {"encrypt": variable}})


def test_recordings_are_not_encrypted_unless_somebody_says_so():
    assert recording_key(settings(None)) is None


def test_the_key_comes_from_its_variable(monkeypatch):
    monkeypatch.setenv("OUR_KEY", base64.b64encode(bytes(range(32))).decode())
    assert recording_key(settings("OUR_KEY")) == bytes(range(32))


def test_a_key_that_is_missing_or_none_is_told_before_any_call(monkeypatch):
    monkeypatch.delenv("OUR_KEY", raising=False)
    with pytest.raises(KeyMissing, match='OUR_KEY holds no key: set it, "openssl rand -base64 32" makes one'):
        recording_key(settings("OUR_KEY"))
    monkeypatch.setenv("OUR_KEY", "short")
    with pytest.raises(EncryptionError):
        recording_key(settings("OUR_KEY"))


@pytest.mark.slow
def test_beside_an_inference_process_a_cpu_engine_stands_by(tmp_path):
    """The media process needs nothing of the model that the inference process computes with."""
    settings = Settings.model_validate({"recognizer": "whisper:large-v3", "models": tmp_path})
    faults = []
    tools = open_tools(settings, tmp_path / "inference-0.sock", lambda *fault: faults.append(fault))
    try:
        assert isinstance(tools.hearing.recognizer, RemoteRecognizer)
        stream = tools.hearing.recognizer.stream()
        stream.accept(np.zeros(16_000, np.int16))
        stream.finish()
        until_s = time.monotonic() + 20
        while stream.final is None and time.monotonic() < until_s:
            tools.hearing.recognizer.decode([stream])
        assert stream.final is not None, "nobody listens at the socket, and the caller is heard all the same"
        assert faults, "the log of the calls says so"
    finally:
        tools.hearing.close()
        tools.voice.close()


def test_without_one_the_chosen_engine_must_be_there(tmp_path):
    settings = Settings.model_validate({"recognizer": "whisper:large-v3", "models": tmp_path})
    with pytest.raises(RuntimeError, match="aicc models pull large-v3"):
        open_tools(settings)
