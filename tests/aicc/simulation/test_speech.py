from pathlib import Path

import numpy as np
import pytest
import soundfile

from aicc.simulation.script import Script, ScriptFile, Voice
from aicc.simulation.speech import Part, Sound, Speech, noise_loop, recorded_text
from tests.aicc.simulation.bot import silence, tone
from voicebot.audio import level_dbfs
from voicebot.sound_file import SoundFileError
from voicebot.tts import SynthesizerUnavailable


def made(folder: Path, *steps: object, rate_hz: int = 8_000, **more: object) -> Part:
    script = Script(folder / "call.yaml", ScriptFile.model_validate({"steps": list(steps)} | more))
    return Speech(rate_hz).part(script)


def test_a_sound_knows_where_it_is_heard_to_the_sample() -> None:
    whole = np.concatenate([silence(12.5), tone(100), silence(300), tone(50), silence(40)])
    sound = Sound.of(whole, 8_000, ((900, 3_300),))
    assert (sound.first_ms, sound.last_ms) == (12.5, 462.5)
    assert sound.pauses_ms == ((112.5, 412.5),)
    frames = list(sound.frames())
    assert {len(frame) for frame in frames} == {160}
    assert np.array_equal(np.concatenate(frames)[: len(whole)], whole)


def test_silence_is_a_sound_nobody_hears() -> None:
    sound = Sound.of(silence(50), 8_000)
    assert (sound.first_ms, sound.last_ms) == (0, 0)


@pytest.mark.parametrize("rate_hz", [8_000, 16_000])
def test_words_are_spoken_with_their_pauses_before_the_call(tmp_path: Path, rate_hz: int) -> None:
    part = made(tmp_path, {"say": ["주문 번호는", 500, "이공이육"]}, rate_hz=rate_hz)
    [act] = part.acts
    assert act.text == "주문 번호는 이공이육"
    assert act.sound is not None
    [(start_ms, end_ms)] = act.sound.pauses_ms
    assert 500 <= end_ms - start_ms < 620  # a breath of silence lies around each word
    assert 1_500 < act.sound.last_ms < 4_000
    assert part.voice_dbfs == pytest.approx(-20, abs=3)


def test_a_whisper_is_soft_and_a_shout_clips(tmp_path: Path) -> None:
    plain, whisper, shout = (
        made(tmp_path, {"say": "배송 조회요", "gain_db": gain_db}).acts[0].sound for gain_db in (0, -25, 30)
    )
    assert plain is not None and whisper is not None and shout is not None
    assert level_dbfs(whisper.samples) == pytest.approx(level_dbfs(plain.samples) - 25, abs=0.5)
    assert np.mean(np.abs(shout.samples.astype(np.int32)) >= 32_767) > 0.1


def test_what_was_said_once_is_kept() -> None:
    speech = Speech()
    assert speech.say("여보세요", Voice()) is speech.say("여보세요", Voice())
    assert speech.say("여보세요", Voice(speed=300)).size < speech.say("여보세요", Voice()).size


def test_voices_that_do_not_exist_are_told(tmp_path: Path) -> None:
    with pytest.raises(SynthesizerUnavailable, match="choose one of"):
        made(tmp_path, {"say": "네"}, voice="ko+nobody")
    with pytest.raises(SynthesizerUnavailable, match='no voice "nobody"'):
        made(tmp_path, {"say": "네"}, voice="piper:nobody")


def test_every_step_becomes_an_act(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "dog.flac", np.zeros(16_000, np.int16), 16_000)
    part = made(
        tmp_path,
        {"cut_in": {"say": "아니요", "after_ms": 900}},
        {"backchannel": {"say": "음", "after_ms": 300}},
        "cough",
        {"keys": "12#"},
        {"silence_ms": 9_000},
        {"noise": {"kind": "music", "ms": 25_000, "level_dbfs": -40}},
        {"play": "dog.flac"},
        {"hang_up": {"say": "주문번호를 말씀드릴게요", "after_ms": 500}},
        "hang_up",
        "listen",
    )
    kinds = ["cut_in", "backchannel", "cough", "keys", "silence", "noise", "play", "hang_up", "hang_up", "listen"]
    assert [act.kind for act in part.acts] == kinds
    assert [act.after_ms for act in part.acts[:3]] == [900, 300, 800]
    noise, dog, breaking_off = (act.sound for act in part.acts[5:8])
    assert noise is not None and dog is not None and breaking_off is not None
    assert (len(noise.samples), len(dog.samples), len(breaking_off.samples)) == (200_000, 8_000, 4_000)
    assert level_dbfs(noise.samples) == pytest.approx(-40, abs=1)


def record(path: Path, text: str) -> None:
    with soundfile.SoundFile(str(path), "w", 8_000, 1, "PCM_16", format="FLAC") as file:
        file.title = text
        file.write(tone(300))


def test_recorded_texts_are_taken_from_their_files_by_number(tmp_path: Path) -> None:
    record(tmp_path / "call.01.flac", "네")
    record(tmp_path / "call.02.flac", "아니요")
    assert recorded_text(tmp_path / "call.02.flac") == "아니요"
    part = made(tmp_path, {"say": "네"}, {"say": ["아니요"]}, recorded=True)
    assert [act.sound.last_ms for act in part.acts if act.sound] == [300, 300]


def test_a_recording_that_says_something_else_or_is_missing_is_told(tmp_path: Path) -> None:
    record(tmp_path / "call.01.flac", "네")
    with pytest.raises(SoundFileError, match=r'call.01.flac says "네", not "아니요": make the recordings anew'):
        made(tmp_path, {"say": "아니요"}, recorded=True)
    with pytest.raises(SoundFileError, match=r"no file .*call.02.flac"):
        made(tmp_path, {"say": "네"}, {"say": "네"}, recorded=True)


@pytest.mark.parametrize("kind", ["street", "babble"])
def test_noises_are_the_same_each_time_and_shared(kind: str) -> None:
    loop = noise_loop(kind, 8_000)  # type: ignore[arg-type]
    assert noise_loop(kind, 8_000) is loop  # type: ignore[arg-type]
    assert level_dbfs(loop) == pytest.approx(-24, abs=1.5)
