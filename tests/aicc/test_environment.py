"""Every setting has a variable, which goes before the file; what looks like one and is none is told."""

import logging
from pathlib import Path

import pytest

from aicc.settings import Settings, SettingsInvalid


def load(site, text=""):
    (site / "aicc.yaml").write_text(text)
    return Settings.load()


@pytest.mark.parametrize(
    ("name", "text", "read"),
    [
        ("AICC_VOICE", "espeak:ko+m3", lambda settings: settings.voice == "espeak:ko+m3"),
        ("AICC_MODELS", "elsewhere", lambda settings: settings.models == Path.cwd() / "elsewhere"),
        ("AICC_SLOTS", "7", lambda settings: settings.slots == 7),
        ("AICC_MEDIA_PROCESSES", "0", lambda settings: settings.media_processes == 0),
        ("AICC_SAMPLES", "false", lambda settings: settings.samples is False),
        ("AICC_RECORDINGS__KEEP_DAYS", "30", lambda settings: settings.recordings.keep_days == 30),
        ("AICC_RECORDINGS__KEEP_DAYS", "null", lambda settings: settings.recordings.keep_days is None),
        ("AICC_RECORDINGS__ENCRYPT", "OUR_KEY", lambda settings: settings.recordings.encrypt == "OUR_KEY"),
        ("AICC_RECORDINGS", "{keep_days: 3}", lambda settings: settings.recordings.keep_days == 3),
        ("AICC_CALLS__LONGEST_MINUTES", "5", lambda settings: settings.calls.longest_minutes == 5),
        ("AICC_TELEMETRY__OTLP_ENDPOINT", "http://c:4317", lambda settings: settings.telemetry.otlp_endpoint),
        ("AICC_ROUTES__15880000", "night", lambda settings: settings.routes == {"15880000": Path.cwd() / "night"}),
        ("AICC_ROUTES", '{"1588-0000": night}', lambda settings: settings.routes == {"15880000": Path.cwd() / "night"}),
        ("AICC_STORE", "postgresql://a@b/c", lambda settings: settings.store == "postgresql://a@b/c"),
    ],
)
def test_each_setting_by_its_variable(site, monkeypatch, name, text, read):
    monkeypatch.setenv(name, text)
    assert read(Settings.load())


def test_variables_go_before_the_file_and_leave_the_rest_of_it(site, monkeypatch):
    monkeypatch.setenv("AICC_RECORDINGS__KEEP_DAYS", "30")
    monkeypatch.setenv("AICC_ROUTES__1", "a")
    settings = load(site, "recordings: {keep_days: 10, encrypt: OUR_KEY}\nroutes: {1: x, 2: b}\nslots: 9\n")
    assert (settings.recordings.keep_days, settings.recordings.encrypt, settings.slots) == (30, "OUR_KEY", 9)
    assert settings.routes == {"1": site / "a", "2": site / "b"}


def test_a_block_of_variables_takes_the_place_of_a_word(site, monkeypatch):
    monkeypatch.setenv("AICC_ANSWERS__URL", "http://127.0.0.1:8000/v1")
    monkeypatch.setenv("AICC_ANSWERS__MODEL", "qwen")
    answers = load(site, "answers: extractive").answers
    assert (answers.url, answers.model) == ("http://127.0.0.1:8000/v1", "qwen")


def test_an_empty_variable_is_none(site, monkeypatch):
    monkeypatch.setenv("AICC_SLOTS", "")
    assert load(site, "slots: 9").slots == 9


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("AICC_SLOTS", "many", "AICC_SLOTS: slots: 'many' does not fit: "),
        ("AICC_RECORDINGS__KEEP_DAYS", "0", "AICC_RECORDINGS__KEEP_DAYS: recordings.keep_days: '0' does not fit: "),
        (
            "AICC_RECORDINGS",
            "{keep_dais: 3}",
            'AICC_RECORDINGS: unknown key "recordings.keep_dais": did you mean "keep_d',
        ),
        ("AICC_ROUTES", "[", "AICC_ROUTES: routes: '[' does not fit: "),
        ("AICC_HTTP", "8080", "AICC_HTTP: http: '8080' does not fit: write HOST:PORT"),
    ],
)
def test_a_mistake_names_the_variable(site, monkeypatch, name, text, sentence):
    monkeypatch.setenv(name, text)
    with pytest.raises(SettingsInvalid) as mistake:
        load(site)
    assert str(mistake.value).startswith(sentence)


@pytest.mark.parametrize(
    ("name", "warning"),
    [
        (
            "AICC_RECORDING__KEEP_DAYS",
            "AICC_RECORDING__KEEP_DAYS is no setting and changes nothing: did you mean AICC_REC",
        ),
        ("AICC_RECOGNISER", "AICC_RECOGNISER is no setting and changes nothing: did you mean AICC_RECOGNIZER?"),
        ("AICC_WHAT__EVER", "AICC_WHAT__EVER is no setting and changes nothing: "),
    ],
)
def test_what_looks_like_a_setting_and_is_none_is_told(site, monkeypatch, caplog, name, warning):
    monkeypatch.setenv(name, "x")
    with caplog.at_level(logging.WARNING):
        assert load(site) == load(site)
    assert caplog.messages[0].startswith(warning)


@pytest.mark.parametrize(
    "name",
    [
        "AICC_API_KEY",
        "AICC_ANSWERS_KEY",
        "AICC_EMBEDDING_KEY",
        "AICC_RECORDINGS_KEY",
        "AICC_ORDER_SERVICE",
        "AICC_TRAINING_DATA",
        "AICC_PAYMENT_SERVICE",
        "AICC_CONFIG",
    ],
)
def test_variables_with_a_meaning_of_their_own_are_left_alone(site, monkeypatch, caplog, name):
    monkeypatch.setenv(name, "x")
    with caplog.at_level(logging.WARNING):
        load(site)
    assert caplog.messages == []
