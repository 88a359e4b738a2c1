"""``aicc speaker``: customers are enrolled, verified and forgotten, and trials are measured."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import typer
from typer.testing import CliRunner

from aicc.commands.speaker import speaker
from tests.assist.speaker.voices import RATE_HZ, silence, speaker_model, tone, voice

ANNA, BERT = 1, 2
KEY = "00112233445566778899aabbccddeeff" * 2


@pytest.fixture(scope="module")
def model():
    return speaker_model()


@pytest.fixture
def aicc(monkeypatch, model):
    """The group alone, with a model that is quickly made."""
    app = typer.Typer()
    app.callback()(lambda: None)
    app.add_typer(speaker, name="speaker")
    monkeypatch.setattr("assist.speaker.opening.open_model", lambda choice, models, device: model)
    monkeypatch.setenv("AICC_VOICEPRINT_KEY", KEY)
    return lambda *arguments: CliRunner().invoke(app, ["speaker", *map(str, arguments)])


@pytest.fixture(autouse=True)
def sounds(site: Path) -> Path:
    for person, name in ((ANNA, "anna"), (BERT, "bert")):
        for take in (1, 2, 3):
            soundfile.write(site / f"{name}{take}.wav", voice(person, 4, take), RATE_HZ)
    soundfile.write(site / "short.wav", voice(ANNA, 0.5), RATE_HZ)
    soundfile.write(site / "music.wav", tone(10), RATE_HZ)
    soundfile.write(site / "silence.wav", silence(10), RATE_HZ)
    both = [voice(ANNA, 2), voice(BERT, 2), voice(ANNA, 2, 1), voice(BERT, 2, 1)]
    soundfile.write(site / "both.wav", np.concatenate(both), RATE_HZ)
    soundfile.write(site / "stereo.flac", np.stack([voice(ANNA, 5, 7), voice(BERT, 5, 7)], axis=1), RATE_HZ)
    return site


def line(result: Any, exit_code: int = 0) -> dict[str, Any]:
    assert result.exit_code == exit_code, result.output
    [only] = result.stdout.splitlines()
    found: dict[str, Any] = json.loads(only)
    return found


def enrolled(aicc: Any, *sounds: str) -> Any:
    return aicc("enroll", "010-1234-5678", *sounds, "--consent", "--json")


def test_enrolled_verified_listed_forgotten(aicc):
    told = line(enrolled(aicc, "anna1.wav", "anna2.wav"))
    assert told == {"customer": "01012345678", "calls": 2, "speech_ms": 8_000, "refused": []}
    same = line(aicc("verify", "01012345678", "anna3.wav", "--json"))
    assert same["accepted"] and same["score"] >= same["threshold"] and same["speech_ms"] == 4_000
    other = line(aicc("verify", "01012345678", "bert1.wav", "--json"))
    assert not other["accepted"] and other["score"] < other["threshold"] and other["refused"] == ""
    assert "not the voice of 01012345678" in aicc("verify", "01012345678", "bert1.wav").stdout
    [listed] = line(aicc("list", "--json"))["voiceprints"]
    assert (listed["customer"], listed["calls"], listed["model"]) == ("01012345678", 2, "fake")
    assert "2 calls, 8.0 s" in aicc("list").stdout
    assert line(aicc("forget", "010 1234 5678", "--json")) == {"customer": "01012345678"}
    assert line(aicc("list", "--json")) == {"voiceprints": []}
    assert "nothing is kept" in line(aicc("forget", "01012345678", "--json"), 1)["error"]


def test_without_consent_nothing_is_kept(aicc):
    told = line(aicc("enroll", "010", "anna1.wav", "--json"), 1)
    assert told["error"] == "010 has not agreed to be known by voice: ask, and say --consent"
    assert line(aicc("list", "--json")) == {"voiceprints": []}
    line(aicc("enroll", "010", "anna1.wav", "--consent", "--json"))
    assert line(aicc("enroll", "010", "anna2.wav", "--json"))["calls"] == 2, "consent once given stays"


def test_the_wrong_customers_call_is_refused_and_the_rest_enrolled(aicc):
    told = line(enrolled(aicc, "anna1.wav", "bert1.wav", "anna2.wav"), 1)
    assert told["calls"] == 2
    assert [(one["path"], one["refused"]) for one in told["refused"]] == [("bert1.wav", "another_voice")]
    assert told["error"].startswith("bert1.wav: this is not the voice that is enrolled for 01012345678")


def test_anew_replaces(aicc):
    line(enrolled(aicc, "anna1.wav", "anna2.wav"))
    told = line(aicc("enroll", "01012345678", "bert1.wav", "bert2.wav", "--anew", "--json"))
    assert told["calls"] == 2
    assert line(aicc("verify", "01012345678", "bert3.wav", "--json"))["accepted"]
    refused = line(aicc("enroll", "01012345678", "short.wav", "--anew", "--json"), 1)
    assert refused["calls"] == 2, "a sound that is no good replaces nothing"


@pytest.mark.parametrize(
    ("sound", "reason"),
    [
        ("short.wav", "too_little_speech"),
        ("silence.wav", "too_little_speech"),
        ("music.wav", "not_speech"),
        ("both.wav", "two_voices"),
        ("stereo.flac", ""),
    ],
)
def test_sound_that_is_no_good(aicc, sound, reason):
    line(enrolled(aicc, "anna1.wav"))
    told = line(aicc("verify", "01012345678", sound, "--json"), 1 if reason else 0)
    assert told["refused"] == reason
    if reason:
        assert told["accepted"] is False and told["error"].startswith(f"{sound}: ") and "score" not in told


def test_one_side_of_a_recording(aicc):
    line(enrolled(aicc, "anna1.wav"))
    assert line(aicc("verify", "01012345678", "stereo.flac", "--channel", 0, "--json"))["accepted"]
    assert not line(aicc("verify", "01012345678", "stereo.flac", "--channel", 1, "--json"))["accepted"]
    told = line(aicc("verify", "01012345678", "stereo.flac", "--channel", 2, "--json"), 1)
    assert told["error"] == "stereo.flac has no channel 2: it has 2, counted from 0"


@pytest.mark.parametrize("rate_hz", [16_000, 44_100])
def test_other_rates(aicc, sounds, rate_hz):
    from voicebot.audio import resample

    soundfile.write(sounds / "other.wav", resample(voice(ANNA, 4, 5), RATE_HZ, rate_hz), rate_hz)
    line(enrolled(aicc, "anna1.wav"))
    assert line(aicc("verify", "01012345678", "other.wav", "--json"))["accepted"]


def test_files_that_cannot_be_used(aicc, sounds):
    (sounds / "text.wav").write_text("nothing", encoding="utf-8")
    soundfile.write(sounds / "empty.wav", silence(0), RATE_HZ)
    for name, complaint in (
        ("none.wav", 'no file "none.wav": check the path'),
        ("text.wav", "text.wav is not audio that can be read"),
        ("empty.wav", "empty.wav holds no sound"),
    ):
        assert complaint in line(enrolled(aicc, "anna1.wav", name), 1)["error"]
    assert line(aicc("list", "--json")) == {"voiceprints": []}, "nobody is enrolled by half"


def test_unknown_customers_and_keys(aicc, monkeypatch):
    assert "nobody is enrolled as 011" in line(aicc("verify", "011", "anna1.wav", "--json"), 1)["error"]
    line(enrolled(aicc, "anna1.wav"))
    monkeypatch.setenv("AICC_VOICEPRINT_KEY", "11" * 32)
    assert "encrypted with another key" in line(aicc("verify", "01012345678", "anna1.wav", "--json"), 1)["error"]
    monkeypatch.setenv("AICC_VOICEPRINT_KEY", "short")
    assert "what is in AICC_VOICEPRINT_KEY is no key" in line(aicc("list", "--json"), 1)["error"]
    monkeypatch.delenv("AICC_VOICEPRINT_KEY")
    for told in (enrolled(aicc, "anna2.wav"), aicc("verify", "01012345678", "anna1.wav", "--json")):
        assert "no key for voiceprints in AICC_VOICEPRINT_KEY" in line(told, 1)["error"]
    assert line(aicc("forget", "01012345678", "--json"))


def test_trials_are_measured(aicc, sounds):
    trials = [("1", "anna1.wav", "anna2.wav"), ("1", "bert1.wav", "bert2.wav"), ("1", "anna3.wav", "short.wav")]
    trials += [("0", f"anna{n}.wav", f"bert{n}.wav") for n in (1, 2, 3)] + [("0", "short.wav", "music.wav")]
    (sounds / "TRIALS.tsv").write_text("".join("\t".join(trial) + "\n" for trial in trials), encoding="utf-8")
    told = line(aicc("eval", "TRIALS.tsv", "--plot", "det.svg", "--json"))
    assert told == {"n": 7, "eer": 0.0, "min_dcf": 0.0}
    assert "<svg" in (sounds / "det.svg").read_text(encoding="utf-8")
    assert "7 trials: EER 0.00 %" in aicc("eval", "TRIALS.tsv").stdout


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "TRIALS.tsv has no trials"),
        ("1\tanna1.wav\n", "TRIALS.tsv:1: "),
        ("1\tanna1.wav\tanna2.wav\n2\tanna1.wav\tbert1.wav\n", "TRIALS.tsv:2: "),
        ("1\tanna1.wav\tnone.wav\n", "none.wav"),
        ("1\tanna1.wav\tanna2.wav\n", "trials of both labels"),
    ],
)
def test_broken_lists_are_named(aicc, sounds, text, complaint):
    (sounds / "TRIALS.tsv").write_text(text, encoding="utf-8")
    told = line(aicc("eval", "TRIALS.tsv", "--json"), 1)
    assert complaint in told["error"] and "bug in aicc" not in told["error"]


def test_no_list(aicc):
    assert line(aicc("eval", "none.tsv", "--json"), 1)["error"] == 'no file "none.tsv": check the path'
