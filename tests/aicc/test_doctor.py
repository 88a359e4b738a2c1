"""``aicc doctor`` on healthy, ailing and broken installations."""

import json

import pytest

from aicc import doctor
from aicc.probe import Reply, ask


@pytest.fixture
def library(tmp_path, monkeypatch):
    """Makes an importable module, as broken as wanted, that claims to be installed."""
    folder = tmp_path / "site-packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))

    def make(name, code):
        (folder / f"{name}.py").write_text(code)
        information = folder / f"{name}-1.2.dist-info"
        information.mkdir()
        (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
        return doctor.Library(name, name, "tests")

    return make


def test_broken_libraries_are_found_and_bring_nothing_down(library, monkeypatch):
    monkeypatch.setattr(
        doctor,
        "LIBRARIES",
        (
            library("sound_one", ""),
            library("crashes", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"),
            library("raises", "raise RuntimeError('built for\\nanother CPU')"),
            library("exits", "import sys; sys.exit(3)"),
            library("prints", 'print(\'{"module": "lies"}\')'),
            doctor.Library("never-installed", "never_installed", "tests"),
            doctor.Library("never-optional", "never_optional", "tests", is_optional=True),
        ),
    )
    checks = {check.name: check for check in doctor.libraries()}
    assert (checks["sound_one"].verdict, checks["sound_one"].found) == ("ok", "1.2, for tests")
    assert checks["prints"].verdict == "ok"
    assert "the process died of SIGSEGV" in checks["crashes"].found
    assert "RuntimeError: built for another CPU" in checks["raises"].found
    assert checks["raises"].remedy == "pip install --force-reinstall raises"
    assert checks["exits"].verdict == "broken"
    assert (checks["never-installed"].verdict, checks["never-installed"].remedy) == (
        "missing",
        "pip install never-installed",
    )
    assert (checks["never-optional"].verdict, checks["never-optional"].remedy) == ("note", "")


def test_a_library_that_hangs_is_given_up(library):
    library("hangs", "import threading; threading.Event().wait()")
    assert ask("libraries", "hangs", timeout_s=1.5).death == "no answer within 1.5 s"


@pytest.fixture
def replies(monkeypatch):
    """Lets a test say what the recognizer and the voice answer; libraries and device are all well."""
    said = {
        "recognizer": Reply(({"name": "bundled", "rate_hz": 8000, "heard": True},), None),
        "voice": Reply(({"name": "espeak:ko+f2", "rate_hz": 22050, "spoken_ms": 900},), None),
        "device": Reply(({"kind": "cpu", "name": "CPU", "cores": 2},), None),
    }

    def answer(question, *arguments, **options):
        if question == "libraries":
            return Reply(tuple({"module": module, "error": None} for module in arguments), None)
        return said[question]

    monkeypatch.setattr(doctor, "ask", answer)
    return said


def test_a_product_that_talks_exits_with_0_and_advises(aicc, replies):
    result = aicc("doctor", "--json")
    assert result.exit_code == 0, result.stdout
    report = json.loads(result.stdout)
    assert report["can_talk"] is True
    assert "error" not in report
    assert any("aicc models pull zipformer-ko-streaming" in step for step in report["next"])
    assert {"libraries", "device", "models", "talking", "system", "disk"} == {
        check["area"] for check in report["checks"]
    }
    shown = aicc("doctor").stdout
    assert "the product can talk" in shown
    assert "espeak:ko+f2 speaks, 22,050 Hz" in shown


def test_a_recognizer_that_does_not_load_is_the_first_thing_to_do(aicc, replies, site):
    (site / "aicc.yaml").write_text("recognizer: whisper:ko-large\n")
    replies["recognizer"] = Reply((), 'no model "ko-large" in models/: run "aicc models pull ko-large"')
    result = aicc("doctor", "--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert report["error"].startswith("the product cannot talk: ")
    assert report["next"][0] == (
        'no model "ko-large" in models/: run "aicc models pull ko-large"; or write recognizer: bundled into aicc.yaml'
    )


def test_a_voice_that_says_nothing_is_found(aicc, replies):
    replies["voice"] = Reply(({"name": "espeak:ko+f2", "rate_hz": 22050, "spoken_ms": 0},), None)
    result = aicc("doctor")
    assert result.exit_code == 1
    assert "it loads and says nothing" in result.stderr


def test_missing_options_do_not_fail(aicc, replies, monkeypatch):
    monkeypatch.setattr(doctor, "LIBRARIES", (doctor.Library("never-installed", "never_installed", "vosk"),))
    report = json.loads(aicc("doctor", "--json").stdout)
    assert report["can_talk"] is True
    assert "pip install never-installed" in report["next"]


def test_broken_settings_are_a_finding(aicc, replies, site):
    (site / "aicc.yaml").write_text("recogniser: bundled\n")
    result = aicc("doctor", "--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert 'did you mean "recognizer"?' in report["next"][0]
    assert any(check["area"] == "talking" for check in report["checks"])  # the rest was looked at all the same


def test_a_damaged_model_is_found(aicc, replies, registered, site):
    registered("whisper-tiny")
    aicc("models", "pull", "whisper-tiny")
    (site / "models/whisper-tiny/config.json").unlink()
    report = json.loads(aicc("doctor", "--json").stdout)
    [model] = [check for check in report["checks"] if check["area"] == "models"]
    assert (model["verdict"], model["found"]) == ("broken", "lacks config.json")
    assert "aicc models pull whisper-tiny --again" in report["next"]


def test_the_probe_really_speaks(site):
    """With the voice that comes with the product, in a process of its own."""
    reply = ask("voice", "espeak:ko+f2", str(site / "models"))
    assert reply.death is None
    assert reply.said[0]["spoken_ms"] > 300


def test_the_probe_explains_a_missing_voice(site):
    reply = ask("voice", "piper:nowhere", str(site / "models"))
    assert reply.said == ()
    assert reply.death is not None
    assert reply.death.startswith('no voice "nowhere" in ')


def test_the_probe_child_imports_what_this_process_does(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "only_here.py").touch()
    assert ask("libraries", "only_here").said == ({"module": "only_here", "error": None},)
