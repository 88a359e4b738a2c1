"""What a process opens before its first call."""

import base64

import pytest

from aicc.service.opening import KeyMissing, recording_key
from aicc.settings import Settings
from voicebot.encryption import EncryptionError


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
