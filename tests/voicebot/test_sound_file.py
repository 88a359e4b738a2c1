from pathlib import Path

import numpy as np
import pytest
import soundfile

from voicebot.sound_file import SoundFile, SoundFileError, write

TONE_HZ = 440


def tone(rate_hz: int, seconds: float = 1.0, level: float = 0.3) -> np.ndarray:
    return level * np.sin(2 * np.pi * TONE_HZ * np.arange(int(rate_hz * seconds)) / rate_hz)


def strongest_hz(samples: np.ndarray, rate_hz: int) -> float:
    return float(np.fft.rfftfreq(len(samples), 1 / rate_hz)[np.abs(np.fft.rfft(samples)).argmax()])


def test_telephone_sound_comes_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    samples = (tone(8_000) * 32767).astype(np.int16)
    samples[:2] = 32_767, -32_768
    write(path, samples, 8_000)
    sound = SoundFile(path, 8_000)
    assert np.array_equal(sound.read(), samples)
    assert sound.notes == []


@pytest.mark.parametrize("ending", ["wav", "flac", "ogg"])
def test_stereo_44100_24_bit_is_converted_and_said_so(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"studio.{ending}"
    both = np.stack([tone(44_100), tone(44_100)], axis=1)
    soundfile.write(path, both, 44_100, subtype="PCM_24" if ending != "ogg" else None)
    sound = SoundFile(path, 8_000)
    samples = sound.read()
    assert abs(len(samples) - 8_000) <= 8
    assert strongest_hz(samples, 8_000) == pytest.approx(TONE_HZ, abs=2)
    told = "; ".join(sound.notes)
    assert "2 channels mixed to one" in told
    assert "44,100 Hz converted to 8,000 Hz" in told
    assert ending == "ogg" or "24 bit PCM converted to 16 bit" in told


def test_samples_that_are_no_number_become_silence_and_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "broken.wav"
    samples = tone(8_000)
    samples[100:110] = np.nan
    samples[200] = np.inf
    soundfile.write(path, samples, 8_000, subtype="FLOAT")
    sound = SoundFile(path, 8_000)
    assert not sound.read()[100:110].any()
    assert any("11 samples that were no number" in note for note in sound.notes)


def test_clipped_sound_is_heard_with_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "loud.wav"
    soundfile.write(path, np.clip(tone(8_000, level=4.0), -1, 1), 8_000)
    sound = SoundFile(path, 8_000)
    assert np.abs(sound.read()).max() > 32_000
    assert any("clipped" in note for note in sound.notes)


def test_two_hours_are_read_in_blocks(tmp_path: Path) -> None:
    path = tmp_path / "long.flac"
    with soundfile.SoundFile(path, "w", 8_000, 1, "PCM_16") as file:
        for _ in range(120):
            file.write(np.zeros(60 * 8_000, np.int16))
    sound = SoundFile(path, 8_000)
    assert sound.seconds == 7_200
    longest = total = 0
    for block in sound.blocks():
        longest, total = max(longest, len(block)), total + len(block)
    assert total == 7_200 * 8_000
    assert longest <= 11 * 8_000


def refusal(path: Path) -> str:
    with pytest.raises(SoundFileError) as caught:
        SoundFile(path, 8_000).read()
    message = str(caught.value)
    assert "\n" not in message and str(path) in message
    return message


def test_what_is_not_sound_is_refused_in_a_line(tmp_path: Path) -> None:
    assert "no file" in refusal(tmp_path / "missing.wav")
    (tmp_path / "empty.wav").touch()
    assert "is empty" in refusal(tmp_path / "empty.wav")
    (tmp_path / "letter.wav").write_text("안녕하세요")
    assert "is not audio" in refusal(tmp_path / "letter.wav")
    soundfile.write(tmp_path / "nothing.wav", np.zeros(0), 8_000)
    assert "0 samples" in refusal(tmp_path / "nothing.wav")
    assert "no file" in refusal(tmp_path)


def test_a_file_cut_short_says_how_far_it_goes(tmp_path: Path) -> None:
    whole = tmp_path / "whole.flac"
    soundfile.write(whole, np.random.default_rng(0).normal(0, 0.1, 400_000), 8_000)
    cut = tmp_path / "cut.flac"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert "breaks off after" in refusal(cut)


def test_a_wave_file_cut_short_is_heard_with_a_warning(tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole.wav", tmp_path / "cut.wav"
    write(whole, (tone(8_000, seconds=4) * 32767).astype(np.int16), 8_000)
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    sound = SoundFile(cut, 8_000)
    assert len(sound.read()) == pytest.approx(16_000, abs=50)
    assert any("cut short" in note for note in sound.notes)


def test_one_clipped_channel_of_two_is_told(tmp_path: Path) -> None:
    path = tmp_path / "both.wav"
    both = np.stack([np.clip(tone(8_000, level=4.0), -1, 1), tone(8_000)], axis=1)
    soundfile.write(path, both, 8_000)
    sound = SoundFile(path, 8_000)
    sound.read()
    assert any("clipped" in note for note in sound.notes)


def test_writing_to_nowhere_is_a_line(tmp_path: Path) -> None:
    with pytest.raises(SoundFileError, match="cannot write"):
        write(tmp_path / "no" / "folder.wav", np.zeros(80, np.int16), 8_000)
    with pytest.raises(SoundFileError, match="cannot write"):
        write(tmp_path / "unknown.ending", np.zeros(80, np.int16), 8_000)
