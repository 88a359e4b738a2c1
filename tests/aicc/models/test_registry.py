"""The registry that comes with the product, and what lies in ``models/``."""

import json
import re

import pytest

from aicc.models.registry import Model, Registry, RemoteFile, engine_of, installed
from aicc.settings import Settings, SettingsInvalid

REGISTRY = Registry.load()


def test_the_registry_holds_what_the_product_can_use(site):
    names = [model.name for model in REGISTRY.models]
    assert len(set(names)) == len(names)
    assert {"sherpa", "whisper", "vosk", "speechbrain", "sherpa-voice", "onnx"} <= {
        model.engine for model in REGISTRY.models
    }
    for model in REGISTRY.models:
        if model.setting:  # what a pull tells people to write into aicc.yaml must be accepted there
            (site / "aicc.yaml").write_text(model.setting)
            key, _, value = model.setting.partition(": ")
            assert getattr(Settings.load(), key) == value


def test_addresses_are_pinned_where_a_hub_has_revisions():
    for model in REGISTRY.models:
        assert model.address.startswith("https://")
        if "huggingface" in model.address:
            assert re.search(r"/resolve/[0-9a-f]{40}$", model.address)
        for file in model.files:
            assert model.address_of(file).startswith(f"{model.address}/")


def test_sizes_are_summed_only_where_all_are_known():
    assert REGISTRY.find("whisper-small").size_bytes == 486_212_372
    assert REGISTRY.find("vits-mimic3-ko-kss").size_bytes is None


def test_addresses_of_the_publisher_and_of_a_mirror():
    model = Model(
        name="m",
        purpose="p",
        engine="piper",
        licence="MIT",
        address="http://h/x/",
        files=(RemoteFile(path="ko 1.onnx"),),
    )
    assert model.address_of(model.files[0]) == "http://h/x/ko%201.onnx"
    assert model.address_of(model.files[0], "http://mirror/") == "http://mirror/m/ko%201.onnx"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("models: [{name: a}]", "models.0.purpose: field required"),
        ("models: 3", "models: input should be a valid"),
        ("nothing", "the whole file: "),
        ("models: [", "not a model registry"),
    ],
)
def test_a_registry_of_ones_own_that_is_wrong(site, aicc, text, complaint):
    (site / "own.yaml").write_text(text)
    with pytest.raises(SettingsInvalid) as mistake:
        Registry.load(site / "own.yaml")
    assert complaint in str(mistake.value)
    (site / "aicc.yaml").write_text("registry: own.yaml")
    assert aicc("models", "list").exit_code == 1


@pytest.mark.parametrize("path", ["../x", "/x", "a/../../x", "a\\b", ""])
def test_a_registry_cannot_make_files_elsewhere(path):
    with pytest.raises(ValueError, match="a path inside the model is needed"):
        RemoteFile(path=path)


def test_a_missing_registry(site, aicc):
    (site / "aicc.yaml").write_text("registry: gone.yaml")
    assert 'check "registry:" in aicc.yaml' in aicc("models", "list").stderr


@pytest.mark.parametrize(
    ("files", "engine"),
    [
        (["tokens.txt", "encoder.onnx", "decoder.onnx", "joiner.onnx"], "sherpa"),
        (["tokens.txt", "model.onnx", "espeak-ng-data/phontab"], "sherpa-voice"),
        (["vocoder.int8.onnx", "voice.bin", "unicode_indexer.bin", "tts.json"], "sherpa-voice"),
        (["model.bin", "config.json", "vocabulary.txt"], "whisper"),
        (["am/final.mdl", "conf/mfcc.conf"], "vosk"),
        (["ko.onnx", "ko.onnx.json"], "piper"),
        (["hyperparams.yaml", "embedding_model.ckpt"], "speechbrain"),
        (["model.onnx", "tokenizer.json"], "onnx"),
        (["onnx/model.onnx", "onnx/model.onnx_data", "onnx/tokenizer.json"], "onnx"),
        (["onnx/model.onnx", "tokenizer.json", "config.json"], "onnx"),
        (["model.onnx"], None),
        (["model.bin"], None),
        (["holiday.jpg"], None),
    ],
)
def test_models_are_told_by_their_files(tmp_path, files, engine):
    for name in files:
        (tmp_path / "m" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "m" / name).touch()
    assert engine_of(tmp_path / "m") == engine


def test_what_was_put_there_by_hand_is_listed_and_the_rest_is_not(aicc, site):
    for path in ("by-hand/tokens.txt", "by-hand/model.onnx", "notes/readme.txt", ".staging/x/tokens.txt"):
        (site / "models" / path).parent.mkdir(parents=True, exist_ok=True)
        (site / "models" / path).write_bytes(b"12345")
    [found] = installed(site / "models")
    assert (found.name, found.engine, found.size_bytes, found.verified) == ("by-hand", "sherpa", 10, False)
    rows = json.loads(aicc("models", "list", "--json").stdout)["models"]
    assert rows[-1]["name"] == "by-hand"
    assert rows[-1]["setting"] == "recognizer: sherpa:by-hand"
    assert "by-hand" in aicc("models", "list").stdout


def test_a_broken_record_does_not_hide_a_model(site):
    folder = site / "models/by-hand"
    folder.mkdir(parents=True)
    for name, content in {"tokens.txt": "", "model.onnx": "", ".aicc.json": '{"files": [1]}'}.items():
        (folder / name).write_text(content)
    assert [found.name for found in installed(site / "models")] == ["by-hand"]
