"""What is heard of a stream behind networks of all kinds: by the whole stream, from packets to frames."""

import random
from dataclasses import replace

import numpy as np
import pytest

from audio_fixtures import recorded_calls
from tests.voicebot.doors.rtp.packets import AGREED, OPUS, Heard, evenly, rtp, spoken, voice
from voicebot.audio import A_LAW, MU_LAW, Samples, to_int16
from voicebot.doors.rtp import libopus
from voicebot.doors.rtp.codecs import open_codec
from voicebot.sound_file import SoundFile

SECOND = 8_000


def where(sound: Samples, heard: Samples) -> int:
    """At which sample of what was heard the piece of sound begins; -1 where it is nowhere."""
    place = heard.tobytes().find(sound.tobytes())
    return place // 2


def through_mu_law(sound: Samples) -> Samples:
    return MU_LAW.decode(MU_LAW.encode(sound))


def test_an_even_wire_is_heard_at_the_next_tick_as_it_was_said() -> None:
    heard, sound = Heard(), voice(2 * SECOND)
    heard.carry(evenly(spoken(sound)), 100)
    assert heard.sound.tolist() == through_mu_law(sound).tolist()
    assert max(heard.delays_ms) == 13


@pytest.mark.parametrize("packet_ms", [10, 20, 30, 40, 60])
def test_packets_of_any_length_are_heard_as_they_were_said(packet_ms: int) -> None:
    heard, sound = Heard(), voice(2 * SECOND - 160)
    heard.carry(evenly(spoken(sound, packet_ms), packet_ms), 90)
    said = through_mu_law(sound)
    start = where(said[:1_000], heard.sound)
    assert 0 <= start <= 160
    assert heard.sound[start:].tolist() == said[: len(heard.sound) - start].tolist()


@pytest.mark.parametrize(("sequence", "timestamp"), [(65_500, 0), (0, 2**32 - 5_000), (65_530, 2**32 - 1)])
def test_numbers_wrap_around_unheard(sequence: int, timestamp: int) -> None:
    heard, sound = Heard(), voice(2 * SECOND)
    heard.carry(evenly(spoken(sound, sequence=sequence, timestamp=timestamp)), 100)
    assert heard.sound.tolist() == through_mu_law(sound).tolist()


def test_reordered_and_repeated_packets_are_heard_once_and_in_order() -> None:
    heard, sound = Heard(), voice(2 * SECOND)
    arrivals = evenly(spoken(sound))
    for number in range(10, 90, 5):
        (early_ms, early), (late_ms, late) = arrivals[number : number + 2]
        arrivals[number : number + 2] = [(early_ms, late), (late_ms, early)]
    arrivals += [(at_ms + 1, packet) for at_ms, packet in arrivals[::3]]
    heard.carry(arrivals, 110)
    assert where(through_mu_law(sound)[-SECOND:], heard.sound) >= 0
    assert (heard.stream.figures.late, heard.stream.figures.lost, heard.stream.figures.repeated) == (0, 0, 34)


def test_lost_packets_are_concealed_in_their_place() -> None:
    heard, sound = Heard(), voice(10 * SECOND)
    chance = random.Random(2)
    lost = {number for number in range(10, 500) if chance.random() < 0.05}
    heard.carry([arrival for number, arrival in enumerate(evenly(spoken(sound))) if number not in lost], 500)
    assert len(lost) > 15
    said = through_mu_law(sound).reshape(-1, 160)
    for number, (frame, wanted) in enumerate(zip(heard.sound.reshape(-1, 160), said, strict=True)):
        if number in lost:
            assert frame[:40].any()
        else:
            assert frame[10:].tolist() == wanted[10:].tolist(), number  # behind a join of a millisecond
    assert heard.stream.figures.lost == len(lost)


def uneven(packets: list[bytes], jitter_ms: float, loss: float, seed: int) -> list[tuple[float, bytes]]:
    chance = random.Random(seed)
    return [
        (at_ms + chance.uniform(0, jitter_ms), packet) for at_ms, packet in evenly(packets) if chance.random() >= loss
    ]


@pytest.mark.parametrize("seed", range(4))
def test_of_60_ms_of_jitter_and_5_percent_loss_only_the_loss_is_heard(seed: int) -> None:
    heard, sound = Heard(), voice(30 * SECOND)
    arrivals = uneven(spoken(sound), 60, 0.05, seed)
    heard.carry(arrivals, 1_503)
    figures = heard.stream.figures
    assert figures.late <= 0.01 * 1_500
    assert figures.packets == len(arrivals)
    assert max(heard.delays_ms) <= 60 + 25
    assert np.ptp(heard.delays_ms[250:]) < 5  # once it is learned, no time is shifted any more
    assert figures.jitter_ms == pytest.approx(20, abs=10)


def test_delay_that_is_not_needed_any_more_is_given_back() -> None:
    heard, sound = Heard(), voice(60 * SECOND)
    packets = spoken(sound)
    arrivals = uneven(packets[:500], 60, 0, 1) + evenly(packets)[500:]
    heard.carry(arrivals, 3_000)
    assert heard.delays_ms[499] > 55
    assert heard.delays_ms[700] > 55  # but not at once
    assert heard.delays_ms[-1] < 30
    assert heard.stream.figures.late == 0


def test_in_silence_it_is_given_back_faster() -> None:
    heard = Heard()
    packets = spoken(np.zeros(30 * SECOND, np.int16))
    heard.carry(uneven(packets[:500], 60, 0, 1) + evenly(packets)[500:], 1_100)
    assert heard.delays_ms[930] > 55
    assert heard.delays_ms[1_010] < 30
    assert heard.stream.figures.late == 0


def test_what_a_stall_held_up_is_heard_and_caught_up_with() -> None:
    heard, sound = Heard(), voice(20 * SECOND)
    arrivals = [(max(at_ms, 4_600) if at_ms > 4_000 else at_ms, packet) for at_ms, packet in evenly(spoken(sound))]
    heard.carry(arrivals, 1_000)
    said = through_mu_law(sound)[4 * SECOND : 8 * SECOND].reshape(-1, 80)
    assert sum(where(piece, heard.sound) > 0 for piece in said) > 0.6 * len(said)  # all, but for what is faded
    assert sum(where(piece, heard.sound) > 0 for piece in said[-100:]) > 85
    assert max(heard.delays_ms) > 550
    assert heard.delays_ms[230 + 250] < 150
    assert heard.delays_ms[-1] < 50
    assert heard.stream.figures.lost == heard.stream.figures.late == 0


def of_a_busy_sender(packets: list[bytes], stalls_ms: list[float], seed: int) -> list[tuple[float, bytes]]:
    """Sent by a task of an event loop: late by a few ms, now and then by up to 15, and by 50 at each stall."""
    chance = random.Random(seed)
    arrivals, last_ms = [], 0.0
    for at_ms, packet in evenly(packets):
        at_ms += abs(chance.gauss(0, 1.5)) + (chance.uniform(5, 15) if chance.random() < 0.03 else 0)
        stalled_ms = max((stall_ms + 50 for stall_ms in stalls_ms if stall_ms <= at_ms < stall_ms + 50), default=0.0)
        last_ms = max(at_ms, stalled_ms, last_ms + 1)
        arrivals.append((last_ms, packet))
    return arrivals


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("noise_dbfs", [None, -45])
def test_stalls_of_a_busy_sender_keep_no_delay_up(seed: int, noise_dbfs: float | None) -> None:
    """Three in ten seconds; who calls speaks for three seconds and is silent for three."""
    said = np.concatenate([SoundFile(call.path, SECOND).read() for call in recorded_calls()[:6]])
    sound = np.resize(said, 60 * SECOND)
    sound.reshape(-1, 6, SECOND)[:, 3:] = 0
    if noise_dbfs is not None:
        noise = np.random.default_rng(seed).normal(0, 32_767 * 10 ** (noise_dbfs / 20), len(sound))
        sound = to_int16(sound + noise)
    stalls_ms = [1_000.0 + 3_300 * number for number in range(18)]
    heard = Heard()
    heard.carry(of_a_busy_sender(spoken(sound), stalls_ms, seed), 3_000)
    settled = np.array(heard.delays_ms[500:])
    assert np.percentile(settled, 50) <= 40
    assert np.mean(settled) <= 42
    for stall_ms in stalls_ms[3:]:
        tick = int(stall_ms / 20)
        assert min(heard.delays_ms[tick + 2 : tick + 150]) <= 45  # within three seconds it is gone
    assert heard.stream.figures.late == heard.stream.figures.lost == 0


def test_in_a_voice_without_a_pause_stalls_are_caught_up_with_too() -> None:
    heard = Heard()
    heard.carry(of_a_busy_sender(spoken(voice(20 * SECOND)), [10_000.0], 1), 1_000)
    assert max(heard.delays_ms[500:520]) > 50
    assert max(heard.delays_ms[500 + 3 * 50 :]) <= 45


@pytest.mark.load
@pytest.mark.slow
@pytest.mark.parametrize("ppm", [100, -100])
def test_clocks_that_drift_for_an_hour_cost_a_frame_in_minutes(ppm: int) -> None:
    heard = Heard()
    second = spoken(voice(SECOND))
    payloads = [packet[12:] for packet in second]
    packets = (rtp(number, payloads[number % 50]) for number in range(180_000))
    heard.carry(evenly(packets, 20 * (1 + ppm / 1e6)), 180_000)
    assert max(heard.delays_ms) < 45
    assert heard.stream.figures.late == 0


def test_another_sender_is_heard_at_once() -> None:
    heard, sound = Heard(), voice(SECOND)
    heard.carry(evenly(spoken(sound)), 50)
    other = [rtp(n, packet[12:], ssrc=99, sequence=n + 9_000, timestamp=77) for n, packet in enumerate(spoken(sound))]
    other = [
        rtp(n, packet[12:], ssrc=99, sequence=n + 9_000, timestamp=777 + 160 * n) for n, packet in enumerate(other)
    ]
    heard.carry(evenly(other), 50)
    assert heard.sound[SECOND + 320 :].tolist() == through_mu_law(sound)[320:].tolist()
    assert (heard.stream.figures.streams, heard.stream.figures.lost) == (2, 0)


@pytest.mark.parametrize("jump", [160_000, -160_000, 2**31])
def test_timestamps_that_jump_are_hardly_heard(jump: int) -> None:
    heard, sound = Heard(), voice(2 * SECOND)
    packets = spoken(sound)
    packets[50:] = [rtp(n, packets[n][12:], timestamp=160 * n + jump) for n in range(50, 100)]
    heard.carry(evenly(packets), 100)
    assert heard.sound.tolist() == through_mu_law(sound).tolist()


def test_pauses_of_silence_suppression_keep_their_length() -> None:
    heard, sound = Heard(), voice(3 * SECOND)
    packets = spoken(sound)
    numbers = [n for n in range(150) if n < 50 or n >= 100]
    arrivals = [(7 + 20 * n, rtp(n, packets[n][12:], sequence=place)) for place, n in enumerate(numbers)]
    heard.carry(arrivals, 150)
    said = through_mu_law(sound)
    assert heard.sound[:SECOND].tolist() == said[:SECOND].tolist()
    assert not heard.sound[SECOND + 800 : 2 * SECOND].any()
    assert heard.sound[2 * SECOND + 8 :].tolist() == said[2 * SECOND + 8 :].tolist()
    assert heard.stream.figures.lost == 0


def test_comfort_noise_fills_pauses() -> None:
    heard, sound = Heard(), voice(SECOND)
    packets = spoken(sound)[:10]
    packets.append(rtp(10, bytes([50]), payload_type=13))
    heard.carry(evenly(packets), 100)
    noise = heard.sound[11 * 160 + 800 :].astype(float)
    assert 20 * np.log10(np.sqrt(np.mean(noise**2)) / 32_767) == pytest.approx(-50, abs=1)
    heard.carry(evenly([rtp(n, packets[0][12:], sequence=n - 89) for n in range(100, 110)]), 10)
    assert where(through_mu_law(sound[:160])[8:], heard.sound[100 * 160 :]) >= 0


def test_a_codec_may_change_from_one_packet_to_the_next() -> None:
    agreed = replace(AGREED, receives={0: "PCMU", 8: "PCMA", 111: "opus"})
    heard, sound = Heard(agreed, 16_000), voice(3 * SECOND)
    packets = spoken(sound)
    for number in range(50, 100):
        packets[number] = rtp(number, A_LAW.encode(sound[160 * number :][:160]), payload_type=8)
    opus, wide = open_codec("opus"), voice(3 * 2 * SECOND, 16_000)
    for number in range(100, 150):
        payload = opus.encode(wide[320 * number :][:320])
        packets[number] = rtp(number, payload, payload_type=111, timestamp=5 + 960 * number)
    heard.carry(evenly(packets), 150)
    levels = np.abs(heard.sound.reshape(-1, 320).astype(int)).mean(axis=1)
    assert levels[1:].min() > 1_000
    assert heard.stream.figures.late == 0


def opus_packets(sound: Samples) -> list[bytes]:
    """Of sound at 16 kHz."""
    codec = open_codec("opus")
    frames = sound.reshape(-1, 320)
    return [rtp(n, codec.encode(frame), payload_type=111, timestamp=960 * n) for n, frame in enumerate(frames)]


def likeness(sound: Samples, to: Samples) -> float:
    """The correlation at the best lag of up to 100 ms."""
    length = len(to) - 1_600
    piece = to[:length].astype(float)
    return max(float(np.corrcoef(sound[lag : lag + length], piece)[0, 1]) for lag in range(0, 1_600, 4))


@pytest.mark.parametrize("is_recovered", [True, False])
def test_opus_that_is_lost_is_heard_from_the_next_packet_or_concealed(
    is_recovered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not is_recovered:
        monkeypatch.setattr(libopus, "library", lambda: None)
    chance = random.Random(3)
    sound = SoundFile(recorded_calls()[0].path, 16_000).read()[: 6 * 16_000]
    packets = opus_packets(sound)
    clean, lossy = Heard(OPUS, 16_000), Heard(OPUS, 16_000)
    clean.carry(evenly(packets), 320)
    lossy.carry([arrival for n, arrival in enumerate(evenly(packets)) if n < 50 or chance.random() > 0.1], 320)
    assert lossy.stream.figures.lost > 25
    assert lossy.stream.figures.late == 0
    like = [
        likeness(lossy.sound[start - 800 : start + 8_800], clean.sound[start : start + 9_600])
        for start in range(24_000, 90_000, 8_000)
        if np.abs(clean.sound[start : start + 8_000].astype(int)).mean() > 300
    ]
    assert len(like) > 5
    assert (np.mean(like) > 0.95) == is_recovered
    assert lossy.delays_ms[299] < (45 if is_recovered else 15)


def test_opus_conceals_by_itself() -> None:
    heard, packets = Heard(OPUS, 16_000), opus_packets(voice(2 * 2 * SECOND, 16_000))
    heard.carry([(7 + 20 * n, packets[n]) for n in range(100) if n not in (50, 51, 52)], 100)
    levels = np.abs(heard.sound.reshape(-1, 320).astype(int)).mean(axis=1)
    assert levels[2:].min() > 1_000


def test_a_copy_that_is_broken_is_concealed() -> None:
    heard, packets = Heard(OPUS, 16_000), opus_packets(voice(2 * 2 * SECOND, 16_000))
    lie = rtp(51, b"\x48" + b"\xff" * 3, payload_type=111, timestamp=960 * 51)
    heard.carry([(7 + 20 * n, lie if n == 51 else packets[n]) for n in range(100) if n != 50], 110)
    assert heard.stream.figures.late == 0
    assert np.abs(heard.sound[-12_000:-8_000].astype(int)).mean() > 1_000


def test_broken_payloads_are_concealed_and_end_nothing() -> None:
    heard, codec, sound = Heard(OPUS, 16_000), open_codec("opus"), voice(2 * SECOND, 16_000)
    packets = [
        rtp(n, b"\xff" if n == 10 else codec.encode(sound[320 * n :][:320]), payload_type=111, timestamp=960 * n)
        for n in range(50)
    ]
    heard.carry(evenly(packets), 50)
    assert np.abs(heard.sound[-3_200:].astype(int)).mean() > 2_000


def test_before_the_first_packet_and_long_behind_the_last_there_is_silence() -> None:
    heard = Heard()
    assert not heard.tick().any()
    heard.carry(evenly(spoken(voice(SECOND))), 100)
    assert not heard.sound[-6_000:].any()
    assert heard.stream.figures.delay_ms >= 0
