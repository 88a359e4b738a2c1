"""``aicc.yaml``: every mistake gets one line that names the file, the key and the way out."""

import os
from pathlib import Path

import pytest

from aicc.settings import Settings, SettingsInvalid

ROOT = Path(__file__).parents[2]


def load(site, text):
    (site / "aicc.yaml").write_text(text)
    return Settings.load()


def test_defaults_need_no_file(site):
    settings = Settings.load()
    assert (settings.recognizer, settings.voice, settings.device) == ("bundled", "espeak:ko+f2", "auto")
    assert settings.models == site / "models"
    assert (settings.knowledge, settings.embedding, settings.synonyms) == (site / "knowledge", "bundled", None)


def test_the_file_that_comes_with_the_product_says_the_defaults(site):
    shipped = Settings.load(ROOT / "aicc.yaml")
    folders = {"models": ROOT / "models", "knowledge": ROOT / "knowledge", "data": ROOT / "data"}
    assert shipped == Settings.load_defaults().model_copy(update=folders)


def test_folders_are_beside_the_file(site, tmp_path):
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/our.yaml").write_text(
        "models: ../data/models\nregistry: list.yaml\nknowledge: faq\nsynonyms: words.tsv\n"
    )
    settings = Settings.load(tmp_path / "etc/our.yaml")
    assert settings.models == tmp_path / "data/models"
    assert settings.registry == tmp_path / "etc/list.yaml"
    assert settings.knowledge == tmp_path / "etc/faq"
    assert settings.synonyms == tmp_path / "etc/words.tsv"


@pytest.mark.parametrize("choice", ["bundled", "sherpa:ko", "whisper:whisper-large-v3", "vosk:small-ko-0.22"])
def test_recognizers(site, choice):
    assert load(site, f"recognizer: {choice}").recognizer == choice


@pytest.mark.parametrize(
    "choice",
    ["bundled", "onnx:bge-m3", "sentence-transformers:ko-sroberta", "endpoint:BAAI/bge-m3", "endpoint:bge-m3:latest"],
)
def test_embeddings(site, choice):
    assert load(site, f"embedding: {choice}").embedding == choice


def test_answers(site):
    assert load(site, "answers: extractive").answers is None
    endpoint = load(site, "answers: {url: 'http://127.0.0.1:8000/v1', model: qwen, key_from: OUR_KEY}").answers
    assert (endpoint.url, endpoint.model, endpoint.key_from) == ("http://127.0.0.1:8000/v1", "qwen", "OUR_KEY")
    assert (endpoint.first_clause_ms, endpoint.whole_ms) == (900, 6_000)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("embedding: openai", "aicc.yaml: embedding: 'openai' does not fit: write bundled, onnx:NAME, sentence-tr"),
        ("embedding: onnx:../x", "aicc.yaml: embedding: 'onnx:../x' does not fit: "),
        ("embedding: 'endpoint: x'", "aicc.yaml: embedding: 'endpoint: x' does not fit: "),
        ("embedding_url: x", "aicc.yaml: embedding_url: 'x' does not fit: write an address such as http://127.0.0.1:8"),
        ("synonyms: [가]", "aicc.yaml: synonyms: ['가'] does not fit: "),
        (
            "answers: gpt",
            "aicc.yaml: answers: 'gpt' does not fit: write extractive, or the url and the model of an end",
        ),
        ("answers: {url: 'http://a.kr/v1'}", "aicc.yaml: answers.model is missing: write url, model below answers"),
        ("answers: {url: a.kr, model: m}", "aicc.yaml: answers.url: 'a.kr' does not fit: write an address such as "),
        ("answers: {modle: m}", 'aicc.yaml: unknown key "answers.modle": did you mean "m'),
        (
            "answers: {url: 'http://a.kr', model: m, modle: x}",
            'aicc.yaml: unknown key "answers.modle": did you mean "m',
        ),
        ("answers: {url: 'http://a.kr', model: m, key_from: sk-abc}", "aicc.yaml: answers.key_from: what is written d"),
        ("answers: {url: 'http://a.kr', model: m, whole_ms: 100}", "aicc.yaml: answers: {'url': 'http://a.kr', 'mode"),
        ("recogniser: bundled", 'aicc.yaml: unknown key "recogniser": did you mean "recognizer"?'),
        ("zebra: 1", 'aicc.yaml: unknown key "zebra": the keys are recognizer, voice,'),
        ("recognizer: google", "aicc.yaml: recognizer: 'google' does not fit: write bundled, sherpa:NAME, "),
        ("recognizer: 'whisper:'", "aicc.yaml: recognizer: 'whisper:' does not fit: "),
        ("recognizer: sherpa:../../etc", "aicc.yaml: recognizer: 'sherpa:../../etc' does not fit: "),
        ("voice: 3", "aicc.yaml: voice: 3 does not fit: input should be a valid string"),
        ("device: tpu", "aicc.yaml: device: 'tpu' does not fit: input should be 'auto', 'cuda' or 'cpu'"),
        ("models_url: mirror", "aicc.yaml: models_url: 'mirror' does not fit: write an address such as http"),
        ("http: localhost", "aicc.yaml: http: 'localhost' does not fit: write HOST:PORT"),
        ("slots: 0", "aicc.yaml: slots: 0 does not fit: "),
        ("media_processes: -1", "aicc.yaml: media_processes: -1 does not fit: "),
        ("inference: gpu", "aicc.yaml: inference: 'gpu' does not fit: "),
        ("routes: 1588", "aicc.yaml: routes: 1588 does not fit: "),
        ("recordings: {keep_days: never}", "aicc.yaml: recordings.keep_days: 'never' does not fit: "),
        ("recordings: {encrypt: c2VjcmV0}", "aicc.yaml: recordings.encrypt: what is written does not fit: write the n"),
        ("calls: {longest: 3}", 'aicc.yaml: unknown key "calls.longest": did you mean "longest_minutes"?'),
        ("store: mysql://root:secret@db/x", "aicc.yaml: store: what is written does not fit: write postgresql://"),
        (
            "telemetry: {otlp_endpoint: c}",
            "aicc.yaml: telemetry.otlp_endpoint: 'c' does not fit: write an address such",
        ),
        ("recognizer: [", "aicc.yaml line 1: "),
        ("- a\n- b", "aicc.yaml: expected lines of KEY: VALUE, found list"),
        ("recognizer: bundled\nvoice: 'x", "aicc.yaml line 2: "),
    ],
)
def test_mistakes(site, text, sentence):
    with pytest.raises(SettingsInvalid) as mistake:
        load(site, text)
    assert str(mistake.value).startswith(sentence)
    assert "\n" not in str(mistake.value)


def test_routes_are_looked_up_by_what_is_dialled(site):
    routes = load(site, "routes: {1588-0000: a, '(02) 123.4567': /b, 15440000: c, desk: d}").routes
    assert routes == {"15880000": site / "a", "021234567": Path("/b"), "15440000": site / "c", "desk": site / "d"}


def test_options_go_before_everything(site):
    settings = load(site, "http: 127.0.0.1:1\nslots: 5").with_options(http="0.0.0.0:9000", data=None)
    assert (settings.http, settings.slots, settings.data) == ("0.0.0.0:9000", 5, site / "data")
    with pytest.raises(SettingsInvalid, match=r"^--http: 'x' does not fit: write HOST:PORT"):
        settings.with_options(http="x")


def test_settings_travel_as_json(site):
    settings = load(site, "answers: {url: 'http://a.kr', model: m}\nroutes: {1: a}\nrecordings: {keep_days: 3}")
    assert Settings.model_validate_json(settings.model_dump_json()) == settings


def test_a_named_file_must_be_there(site):
    with pytest.raises(SettingsInvalid, match=r'no settings file "gone\.yaml": check --config and AICC_CONFIG'):
        Settings.load(Path("gone.yaml"))
    with pytest.raises(SettingsInvalid, match="is no settings file"):
        Settings.load(Path())


def test_the_variable_goes_before_the_key(site, monkeypatch):
    monkeypatch.setenv("AICC_MODELS_URL", "http://other")
    assert load(site, "models_url: http://mirror").models_url == "http://other"
    monkeypatch.setitem(os.environ, "AICC_MODELS_URL", "other")
    with pytest.raises(SettingsInvalid, match=r"^AICC_MODELS_URL: models_url: 'other' does not fit"):
        Settings.load()


def test_the_command_takes_the_file_by_option_and_by_variable(aicc, site, monkeypatch):
    (site / "our.yaml").write_text("models: elsewhere\n")
    assert str(site / "elsewhere") in aicc("--config", "our.yaml", "models", "list", "--json").stdout
    monkeypatch.setenv("AICC_CONFIG", "our.yaml")
    assert str(site / "elsewhere") in aicc("models", "list", "--json").stdout
