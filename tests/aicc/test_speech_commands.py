"""The commands of speech as a user types them, each in a process of its own where it matters."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from aicc.command import app
from audio_fixtures import MANIFEST, recorded_calls

SOUNDS = MANIFEST.parent


def answer(*arguments: object, exit_code: int = 0) -> dict[str, Any]:
    """The one line of ``--json``."""
    result = CliRunner().invoke(app, [*map(str, arguments), "--json"])
    assert result.exit_code == exit_code, result.output
    (line,) = result.stdout.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def test_a_recording_is_written_down(site: Path) -> None:
    found = answer("transcribe", SOUNDS / "phone_number.flac")
    (file,) = found["files"]
    (utterance,) = file["utterances"]
    assert "010-2345-6789" in utterance["written"]
    assert "공일공" in utterance["spoken"]
    assert all(0 <= word["start_ms"] < word["end_ms"] for word in utterance["words"])


def test_what_is_no_recording_is_told_and_the_others_are_heard(site: Path) -> None:
    (site / "letter.wav").write_text("안녕하세요")
    stereo = np.stack([soundfile.read(SOUNDS / "person.flac")[0]] * 2, axis=1)
    soundfile.write(site / "stereo.wav", stereo, 8_000, subtype="PCM_24")
    found = answer("transcribe", site / "letter.wav", site / "missing.wav", site / "stereo.wav", exit_code=1)
    letter, missing, heard = found["files"]
    assert "is not audio" in letter["error"] and "no file" in missing["error"]
    assert "is not audio" in found["error"]
    assert "상담원" in heard["utterances"][0]["written"]
    assert "2 channels mixed to one" in heard["notes"]


@pytest.mark.parametrize("ending", ["wav", "flac"])
def test_what_is_said_can_be_heard(site: Path, ending: str) -> None:
    path = site / f"reply.{ending}"
    said = answer("say", "네 고객님, 35,000원을 환불해 드리겠습니다.", "-o", path)
    assert said["spoken"].startswith("네 고객님")
    info = soundfile.info(path)
    assert info.samplerate == 8_000 and info.duration == pytest.approx(said["seconds"], abs=0.01)
    heard = answer("transcribe", path)["files"][0]["utterances"]
    assert "35,000원" in " ".join(utterance["written"] for utterance in heard)


def test_what_cannot_be_said_or_written_is_one_sentence(site: Path) -> None:
    assert "nothing in this text" in answer("say", "🙂", "-o", site / "a.wav", exit_code=1)["error"]
    assert "cannot write" in answer("say", "네", "-o", site / "no/such/a.wav", exit_code=1)["error"]
    assert "no door has a rate" in answer("say", "네", "-o", site / "a.wav", "--rate", 11_025, exit_code=1)["error"]
    assert '"nobody"' in answer("say", "네", "-o", site / "a.wav", "--voice", "espeak:ko+nobody", exit_code=1)["error"]


def test_text_both_ways(site: Path) -> None:
    assert answer("text", "to-written", "이백삼동", "천사호")["written"] == "203동 1004호"
    assert answer("text", "to-spoken", "3시 35,000원")["spoken"] == "세 시 삼만 오천 원"


def test_eval_stt_prints_the_keys_it_promises(site: Path) -> None:
    lines = [f"{case.path}\t{case.text}" for case in recorded_calls()[:3]]
    (site / "cases.tsv").write_text("\n".join(lines), encoding="utf-8")
    found = answer("eval", "stt", site / "cases.tsv")
    assert set(found) == {"n", "cer", "rtf", "final_ms_p95", "partial_lag_ms_p50"}
    assert found["n"] == 3 and found["cer"] <= 0.1
    assert "no file" in answer("eval", "stt", site / "none.tsv", exit_code=1)["error"]
    (site / "bad.tsv").write_text("letter.wav\t네\n", encoding="utf-8")
    assert "letter.wav" in answer("eval", "stt", site / "bad.tsv", exit_code=1)["error"]


def test_eval_text_counts_and_names_its_failures(site: Path) -> None:
    (site / "cases.tsv").write_text("세 시\t3시\n삼만 원\t30원\n", encoding="utf-8")
    found = answer("eval", "text", site / "cases.tsv", "--direction", "to-written")
    assert (found["n"], found["accuracy"]) == (2, 0.5)
    assert found["failures"] == [{"input": "삼만 원", "expected": "30원", "got": "30,000원"}]
    (site / "cases.tsv").write_text("3시\t세시\n", encoding="utf-8")
    assert answer("eval", "text", site / "cases.tsv", "--direction", "to-spoken")["accuracy"] == 1
    (site / "cases.tsv").write_text("no tab", encoding="utf-8")
    assert "line 1" in answer("eval", "text", site / "cases.tsv", "--direction", "to-spoken", exit_code=1)["error"]


def test_benches_print_their_figures(site: Path) -> None:
    load = answer("bench", "stt", "--streams", 8, "--seconds", 2)
    assert load["streams"] == 8 and load["streams_per_core"] > 8
    said = answer("bench", "say")
    assert said["new_first_sound_ms_p95"] > 0 and said["cached_first_sound_ms_p95"] < 5


def test_bench_vad_tells_speech_from_what_is_not(site: Path) -> None:
    found = answer("bench", "vad", "--seconds", 4, "--sentences", 1)
    assert {sound["sound"] for sound in found["sounds"]} >= {"hold music", "ringback", "dtmf", "breathing", "street"}
    assert max(sound["speech_share"] for sound in found["sounds"]) < 0.05
    assert all(spoken["hit_rate"] == 1 for spoken in found["speech"] if spoken["noise"] == "")


def test_figures_measures_every_row_and_fails_where_one_is_missed(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "audio_fixtures.evaluation" in answer("figures", site / "none", "--only", "speech", exit_code=1)["error"]
    monkeypatch.setenv("AICC_TRAINING_DATA", str(site))
    first, second = recorded_calls()[:2]
    for name in ("contact_centre", "contact_centre_poor_line", "everyday", "numbers"):
        said = first.text if name != "numbers" else second.text  # numbers: told that something else was said
        (site / f"{name}.tsv").write_text(f"{first.path}\t{said}\n", encoding="utf-8")
    assert "no number cases" in answer("figures", site, "--only", "speech", exit_code=1)["error"]
    (site / "numbers").mkdir()
    (site / "numbers/spoken_to_written.tsv").write_text("세 시\t3시\n", encoding="utf-8")
    (site / "numbers/written_to_spoken.tsv").write_text("3시\t세시\n", encoding="utf-8")
    found = answer("figures", site, "--streams", 4, "--only", "speech", exit_code=1)
    assert len(found) == 14 + 1  # and the error
    assert found["CER, contact centre (n=1)"]["met"] and not found["CER, numbers (n=1)"]["met"]
    assert "CER, numbers" in found["error"]
    assert found["spoken to written cases right"]["value"] == 100
    assert 0.3 < found["base install without torch"]["value"] < 1.3


def test_a_recognizer_that_is_not_there_says_how_to_get_it(site: Path) -> None:
    (site / "aicc.yaml").write_text("recognizer: sherpa:zipformer-ko-streaming\n")
    told = answer("transcribe", SOUNDS / "person.flac", exit_code=1)["error"]
    assert "aicc models pull zipformer-ko-streaming" in told
