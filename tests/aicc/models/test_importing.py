"""``aicc models import``: what people bring on a stick."""

import json
import shutil
import zipfile

import pytest

WHISPER = {"model.bin": b"weights" * 40_000, "config.json": b"{}", "tokenizer.json": b'{"a": 1}'}


def lay(folder, files):
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def imported(aicc, *arguments):
    result = aicc("models", "import", *map(str, arguments), "--json")
    assert result.exit_code == 0, result.stdout
    return json.loads(result.stdout)["installed"]


def refused(aicc, *arguments):
    result = aicc("models", "import", *map(str, arguments), "--json")
    assert result.exit_code == 1
    return json.loads(result.stdout)["error"]


def test_a_known_model_is_recognised_by_its_content_whatever_its_folder_is_called(aicc, registered, site, tmp_path):
    registered("whisper-tiny")
    [model] = imported(aicc, lay(tmp_path / "stick" / "새 폴더", WHISPER))
    assert (model["name"], model["verified"]) == ("whisper-tiny", True)
    assert (site / "models/whisper-tiny/model.bin").read_bytes() == WHISPER["model.bin"]


def test_a_damaged_copy_of_a_known_model_is_refused(aicc, registered, site, tmp_path):
    registered("whisper-tiny")
    damaged = lay(tmp_path / "whisper-tiny", WHISPER | {"model.bin": b"Weights" * 40_000})
    assert "model.bin has the wrong checksum" in refused(aicc, damaged)
    cut = lay(tmp_path / "whisper-tiny", WHISPER | {"model.bin": b"weights"})
    assert "model.bin has 7 bytes, not 280,000: the copy is damaged" in refused(aicc, cut)
    (cut / "config.json").unlink()
    lay(cut, {"vocabulary.json": b"[]"})
    assert "is not a model" in refused(aicc, cut)
    assert not (site / "models/whisper-tiny").exists()


def test_a_whole_models_folder_of_another_machine(aicc, registered, site, tmp_path):
    registered("whisper-tiny")
    lay(tmp_path / "models/whisper-tiny", WHISPER)
    lay(tmp_path / "models/our-vosk", {"am/final.mdl": b"a", "conf/mfcc.conf": b"b"})
    assert [model["name"] for model in imported(aicc, tmp_path / "models")] == ["our-vosk", "whisper-tiny"]


def test_what_was_pulled_elsewhere_is_verified_by_its_record(aicc, registered, site, tmp_path):
    """An archive's model: the registry knows the archive, the record of the other machine knows the files."""
    lay(site / "first", {"ours/am/final.mdl": b"acoustic", "ours/conf/mfcc.conf": b"b"})
    imported(aicc, site / "first" / "ours")
    copy = shutil.copytree(site / "models/ours", tmp_path / "stick" / "renamed")
    shutil.rmtree(site / "models")
    assert imported(aicc, copy)[0]["name"] == "ours"
    (copy / "am/final.mdl").write_bytes(b"Acoustic")
    assert "final.mdl has the wrong checksum" in refused(aicc, copy)


def test_a_hub_cache_with_its_links(aicc, registered, site, tmp_path):
    registered("whisper-tiny")
    cache = tmp_path / "hub" / "models--Systran--x"
    lay(cache / "blobs", WHISPER)
    snapshot = cache / "snapshots" / "536b0662"
    snapshot.mkdir(parents=True)
    for name in WHISPER:
        (snapshot / name).symlink_to(f"../../blobs/{name}")
    assert imported(aicc, tmp_path / "hub")[0]["name"] == "whisper-tiny"
    assert not (site / "models/whisper-tiny/model.bin").is_symlink()
    assert "is a link that leads out of" in refused(aicc, snapshot)


@pytest.mark.parametrize("suffix", ["zip", "gztar", "bztar"])
def test_an_archive_of_a_folder(aicc, registered, site, tmp_path, suffix):
    lay(tmp_path / "in/my-piper", {"ko.onnx": b"onnx", "ko.onnx.json": b"{}"})
    archive = shutil.make_archive(str(tmp_path / "stick"), suffix, tmp_path / "in")
    [model] = imported(aicc, archive)
    assert (model["name"], model["engine"], model["verified"]) == ("my-piper", "piper", False)
    assert model["setting"] == "voice: piper:my-piper"
    assert (site / "models/my-piper/ko.onnx").read_bytes() == b"onnx"


def test_the_published_archive_itself(aicc, registered, site, tmp_path):
    archive = tmp_path / "published.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("top-1.0/am/final.mdl", b"a")
    registered("vosk-ko", {"published.zip": archive.read_bytes()}, "vosk")
    [model] = imported(aicc, archive)
    assert (model["name"], model["verified"]) == ("vosk-ko", True)
    archive.write_bytes(archive.read_bytes()[:-1] + b"x")
    assert "published.zip has the wrong checksum" in refused(aicc, archive)


def test_an_unknown_model_can_be_named(aicc, site, tmp_path):
    lay(tmp_path / "새 모델", {"tokens.txt": b"a 0", "encoder.onnx": b"o"})
    assert "--name" in refused(aicc, tmp_path / "새 모델")
    assert imported(aicc, tmp_path / "새 모델", "--name", "our-model")[0]["setting"] == "recognizer: sherpa:our-model"


def test_what_is_not_a_model_gets_one_clear_sentence(aicc, site, tmp_path):
    lay(tmp_path / "photos", {"holiday.jpg": b"jpeg"})
    assert "is not a model and holds none: a sherpa model has tokens.txt" in refused(aicc, tmp_path / "photos")
    assert "is neither a folder nor a .zip" in refused(aicc, tmp_path / "photos/holiday.jpg")
    assert 'no "nowhere" to import' in refused(aicc, "nowhere")
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 and then nothing")
    assert '"broken.zip" is damaged' in refused(aicc, tmp_path / "broken.zip")
    assert not list((site / "models").glob("[!.]*"))


def test_an_import_replaces_what_was_there(aicc, registered, site, tmp_path):
    lay(tmp_path / "ours", {"tokens.txt": b"a 0", "model.onnx": b"old", "extra.txt": b""})
    imported(aicc, tmp_path / "ours")
    (tmp_path / "ours/extra.txt").unlink()
    lay(tmp_path / "ours", {"model.onnx": b"new!"})
    shutil.copytree(tmp_path / "ours", tmp_path / "fresh/ours")
    imported(aicc, tmp_path / "fresh/ours")
    assert {path.name for path in (site / "models/ours").iterdir()} == {"tokens.txt", "model.onnx", ".aicc.json"}


def test_no_room(aicc, site, tmp_path, monkeypatch):
    lay(tmp_path / "ours", {"tokens.txt": b"a 0", "model.onnx": b"onnx"})
    monkeypatch.setattr("aicc.models.disk.free_bytes", lambda folder: 2)
    assert "not enough room" in refused(aicc, tmp_path / "ours")
    assert not (site / "models/ours").exists()
