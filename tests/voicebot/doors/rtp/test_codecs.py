from collections.abc import Callable

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio_fixtures import recorded_calls
from voicebot.audio import A_LAW, G711, MU_LAW, Samples, level_dbfs, resample
from voicebot.doors.rtp import libopus
from voicebot.doors.rtp.codecs import OPUS_HZ, OPUS_LOOKAHEAD_MS, CodecName, open_codec
from voicebot.sound_file import SoundFile

FRAME = OPUS_HZ // 50


@pytest.fixture(params=["libopus", "PyAV"], autouse=True)
def decoder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Which of the two decodes Opus."""
    name: str = request.param
    if name == "PyAV":
        monkeypatch.setattr(libopus, "library", lambda: None)
    elif libopus.library() is None:
        pytest.skip("no libopus to be loaded")
    return name


@pytest.fixture(scope="module")
def speech() -> Samples:
    return SoundFile(recorded_calls()[0].path, OPUS_HZ).read()[: 4 * OPUS_HZ]


def frames(samples: Samples) -> list[Samples]:
    return [samples[start : start + FRAME] for start in range(0, len(samples) - FRAME + 1, FRAME)]


def packets(samples: Samples) -> list[bytes]:
    codec = open_codec("opus")
    return [codec.encode(frame) for frame in frames(samples)]


def encoded(encoder: av.AudioCodecContext, samples: Samples, step: int) -> list[bytes]:
    """Packets of ``step`` samples each; stereo samples take turns."""
    made = []
    for start in range(0, len(samples) - step + 1, step):
        piece = np.ascontiguousarray(samples[start : start + step]).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(piece, "s16", encoder.layout.name)
        frame.sample_rate = encoder.sample_rate
        made += [bytes(packet) for packet in encoder.encode(frame)]
    return made


def foreign_packets(samples: Samples, frame_ms: float, channels: int = 1, application: str = "voip") -> list[bytes]:
    """As another endpoint packs it: at 48 kHz; ``samples`` are at 16 kHz."""
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, ("mono", "stereo")[channels - 1], "s16"
    encoder.bit_rate = 64_000
    encoder.options = {"application": application, "frame_duration": str(frame_ms)}
    wide = resample(samples, OPUS_HZ, 48_000)
    return encoded(encoder, np.repeat(wide, channels), int(48 * frame_ms) * channels)


def delay_and_likeness(heard: Samples, said: Samples) -> tuple[int, float]:
    """By how many samples what is heard is behind, and its correlation then."""
    length = min(len(heard), len(said)) - 400
    products = np.correlate(heard[: length + 400].astype(np.float64), said[:length].astype(np.float64), "valid")
    lag = int(products.argmax())
    return lag, float(np.corrcoef(heard[lag : lag + length], said[:length])[0, 1])


def tone(hz: float, seconds: float = 1.0) -> Samples:
    return (8_000 * np.sin(2 * np.pi * hz * np.arange(int(OPUS_HZ * seconds)) / OPUS_HZ)).astype(np.int16)


@pytest.mark.parametrize(("name", "law"), [("PCMU", MU_LAW), ("PCMA", A_LAW)])
def test_g711(name: CodecName, law: G711) -> None:
    codec = open_codec(name)
    assert (codec.name, codec.rate_hz, codec.clock_hz) == (name, 8_000, 8_000)
    frame = tone(400)[::2][:160]
    payload = codec.encode(frame)
    assert payload == law.encode(frame) and len(payload) == 160
    assert np.array_equal(codec.decode(payload), law.decode(payload))
    assert len(codec.decode(payload * 3)) == 480 and codec.decode(b"").size == 0
    assert codec.conceal(160) is None
    assert (codec.repeated_ms(payload), codec.recover(payload, 160)) == (0, None)


def test_opus_says_what_it_is() -> None:
    codec = open_codec("opus")
    assert (codec.name, codec.rate_hz, codec.clock_hz) == ("opus", 16_000, 48_000)


def test_opus_makes_a_packet_of_every_frame_from_the_first_on_and_few_bits(speech: Samples) -> None:
    made = packets(speech)
    assert all(made)
    assert 20_000 < sum(map(len, made)) * 8 * 50 / len(made) < 40_000


def test_opus_keeps_speech(speech: Samples) -> None:
    codec = open_codec("opus")
    heard = np.concatenate([codec.decode(packet) for packet in packets(speech)])
    assert len(heard) == len(frames(speech)) * FRAME
    delay, likeness = delay_and_likeness(heard, speech)
    assert likeness > 0.9
    assert OPUS_LOOKAHEAD_MS <= delay * 1000 / OPUS_HZ < OPUS_LOOKAHEAD_MS + 1


def test_opus_packets_carry_a_second_chance(speech: Samples) -> None:
    # RFC 6716, section 4.2.4: behind the VAD bits of a SILK frame, whether the one before is in it once more
    has_second = [bool(packet[1] >> 6 & 1) for packet in packets(speech) if packet[0] >> 3 in (9, 13)]
    assert sum(has_second) > 20


@pytest.mark.parametrize("frame_ms", [2.5, 5, 10, 20, 40, 60, 120])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("application", ["voip", "lowdelay"])
def test_opus_of_others(frame_ms: float, channels: int, application: str, speech: Samples) -> None:
    codec = open_codec("opus")
    pieces = [codec.decode(packet) for packet in foreign_packets(speech, frame_ms, channels, application)]
    assert {len(piece) for piece in pieces} == {OPUS_HZ * frame_ms / 1000}
    _, likeness = delay_and_likeness(np.concatenate(pieces), speech)
    assert likeness > 0.9


def test_opus_of_a_silent_peer_is_comfort_noise(speech: Samples) -> None:
    codec = open_codec("opus")
    for packet in packets(speech):
        codec.decode(packet)
    contents = packets(speech)[-1][:1]
    assert len(codec.decode(contents)) == FRAME  # one byte: nothing said, nothing sent (RFC 6716, section 3.1)
    assert len(codec.decode(contents[:1] + b"\x00")) == FRAME


@pytest.mark.parametrize(
    "packets_of",
    [packets, lambda samples: foreign_packets(samples, 20), lambda samples: foreign_packets(samples, 60)],
    ids=["ours", "at 48 kHz", "of 60 ms"],
)
def test_opus_conceals_by_what_it_has_heard(packets_of: Callable[[Samples], list[bytes]], speech: Samples) -> None:
    codec = open_codec("opus")
    heard = np.concatenate([codec.decode(packet) for packet in packets_of(speech[: 42 * FRAME])])  # up to a vowel
    concealed = codec.conceal(FRAME)
    assert concealed is not None and len(concealed) == FRAME
    before = heard[-2 * FRAME :]
    assert abs(level_dbfs(concealed) - level_dbfs(before)) < 6
    assert max(np.corrcoef(before[lag : lag + FRAME], concealed)[0, 1] for lag in range(FRAME)) > 0.5


def test_opus_concealment_fades_and_speech_goes_on_behind_it(speech: Samples) -> None:
    made, codec, clean = packets(speech), open_codec("opus"), open_codec("opus")
    whole = np.concatenate([clean.decode(packet) for packet in made])
    for packet in made[:60]:
        codec.decode(packet)
    long = codec.conceal(50 * FRAME)
    assert long is not None and level_dbfs(long[-FRAME:]) < level_dbfs(long[:FRAME]) - 20
    heard = np.concatenate([codec.decode(packet) for packet in made[60:]])
    _, likeness = delay_and_likeness(heard[OPUS_HZ // 5 :], whole[60 * FRAME + OPUS_HZ // 5 :])
    assert likeness > 0.95


@pytest.mark.parametrize("samples", [1, 40, 160, 200, 320, 480, 960])
def test_opus_conceals_as_much_as_is_wanted(samples: int) -> None:
    codec = open_codec("opus")
    nothing_yet = codec.conceal(samples)
    assert nothing_yet is not None and len(nothing_yet) == samples and not nothing_yet.any()
    codec.decode(packets(tone(220))[10])
    concealed = codec.conceal(samples)
    assert concealed is not None and len(concealed) == samples


def test_opus_of_a_wide_band_has_nothing_folded_back() -> None:
    seconds = np.arange(96_000) / 48_000
    hiss = (8_000 * np.sin(2 * np.pi * 11_000 * seconds)).astype(np.int16)  # folded, it would whistle at 5 kHz
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format, encoder.bit_rate = 48_000, "mono", "s16", 96_000
    encoder.options = {"application": "audio"}
    wide, codec = open_codec("opus"), open_codec("opus")
    heard = np.concatenate([wide.decode(packet) for packet in encoded(encoder, hiss, 960)])
    assert level_dbfs(heard[3_200:]) < level_dbfs(hiss) - 50
    kept = np.concatenate([codec.decode(packet) for packet in packets(tone(5_000))])
    assert level_dbfs(kept[3_200:]) == pytest.approx(level_dbfs(tone(5_000)), abs=3)


@pytest.mark.parametrize("payload", [b"\xff", b"\x4b\xff", b"\x03", bytes(1_500), b"\x4b\x3f" + bytes(40)])
def test_broken_opus_is_nothing_and_harms_nothing(payload: bytes, speech: Samples) -> None:
    made, codec = packets(speech), open_codec("opus")
    for packet in made[:20]:
        codec.decode(packet)
    codec.decode(payload)
    assert codec.decode(b"").size == 0
    assert [len(codec.decode(packet)) for packet in made[20:40]] == [FRAME] * 20
    assert codec.conceal(FRAME) is not None


def test_a_lost_frame_is_recovered_from_the_packet_behind_it(decoder: str, speech: Samples) -> None:
    made, whole, codec = packets(speech), open_codec("opus"), open_codec("opus")
    said = [whole.decode(packet) for packet in made]
    recovered = []
    for number, packet in enumerate(made[:-1]):
        if number % 5 != 4:
            codec.decode(packet)
            continue
        sound = codec.recover(made[number + 1], FRAME)
        if decoder == "PyAV":
            assert (codec.repeated_ms(made[number + 1]), sound) == (0, None)
        elif level_dbfs(said[number]) > -30:
            assert codec.repeated_ms(made[number + 1]) == 20
            assert sound is not None and len(sound) == FRAME
            recovered.append(np.corrcoef(sound, said[number])[0, 1])
    assert decoder == "PyAV" or (len(recovered) > 10 and np.median(recovered) > 0.9)


@pytest.mark.parametrize("payload", [b"", b"\x48", b"\x48\xff\xff\xff", b"\xff" * 40, bytes(1_500), b"\x4b\xff\xff"])
def test_what_carries_nothing_recovers_nothing_and_harms_nothing(payload: bytes, speech: Samples) -> None:
    made, codec = packets(speech), open_codec("opus")
    for packet in made[:20]:
        codec.decode(packet)
    for samples in (FRAME, 3 * FRAME, 0):
        sound = codec.recover(payload, samples)
        assert sound is None or len(sound) == samples
    assert [len(codec.decode(packet)) for packet in made[20:40]] == [FRAME] * 20


@pytest.mark.parametrize("frame_ms", [10, 20, 40, 60])
def test_others_repeat_as_much_as_a_packet_is_long(frame_ms: int, speech: Samples) -> None:
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format, encoder.bit_rate = 16_000, "mono", "s16", 24_000
    encoder.options = {"application": "voip", "frame_duration": str(frame_ms), "fec": "1", "packet_loss": "20"}
    made = encoded(encoder, speech, 16 * frame_ms)
    lengths = [libopus.repeated_ms(packet) for packet in made]
    assert set(lengths) <= {0, frame_ms}
    assert lengths.count(frame_ms) > len(made) / 3


@settings(max_examples=300, deadline=None)
@given(st.lists(st.binary(max_size=400), max_size=5), st.integers(0, 2_000))
def test_no_bytes_raise(payloads: list[bytes], wanted: int) -> None:
    codec = open_codec("opus")
    for payload in payloads:
        assert len(codec.decode(payload)) <= 1_920
        concealed = codec.conceal(wanted)
        assert concealed is not None and len(concealed) == wanted
        recovered = codec.recover(payload, codec.repeated_ms(payload) * OPUS_HZ // 1000)
        assert recovered is None or recovered.size in (160, 320, 640, 960)


@pytest.mark.slow
def test_mutated_opus_never_raises(speech: Samples) -> None:
    chance = np.random.default_rng(5)
    made, codec = packets(speech), open_codec("opus")
    for _ in range(20_000):
        packet = bytearray(made[chance.integers(len(made))])
        for _ in range(chance.integers(1, 5)):
            packet[chance.integers(len(packet))] = chance.integers(256)
        payload = bytes(packet[: chance.integers(len(packet) + 1)])
        wanted = codec.repeated_ms(payload) * OPUS_HZ // 1000
        recovered = codec.recover(payload, wanted)
        assert recovered is None or len(recovered) == wanted
        assert len(codec.decode(payload)) <= 1_920
    assert [len(codec.decode(packet)) for packet in made[:20]] == [FRAME] * 20
