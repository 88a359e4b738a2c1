from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot import sound_file
from voicebot.audio import Samples
from voicebot.cases import CasesUnusable
from voicebot.stt.evaluation import comparable, distance, evaluate, listen, read_manifest
from voicebot.stt.load import load
from voicebot.stt.recognizer import Final, Partial, Word


class Parrot:
    """Says one word every second it hears, sure of it a tick after its end."""

    name, rate_hz = "parrot", 8_000

    class Stream:
        def __init__(self) -> None:
            self.heard, self.finished, self.final = 0, False, None

        def accept(self, samples: Samples) -> None:
            self.heard += len(samples)

        def finish(self) -> None:
            self.finished = True

        @property
        def partial(self) -> Partial:
            return Partial(" ".join(["네"] * (self.heard // 8_000)))

    def stream(self) -> "Parrot.Stream":
        return Parrot.Stream()

    def decode(self, streams: list["Parrot.Stream"]) -> None:
        for stream in streams:
            if stream.finished:
                count = stream.heard // 8_000
                words = tuple(Word("네", second * 1000, second * 1000 + 900, 1.0) for second in range(count))
                stream.final = Final(" ".join(["네"] * count), words, self.name)


@given(st.text("가나다라", max_size=12), st.text("가나다라", max_size=12))
def test_distance_is_levenshteins(heard: str, said: str) -> None:
    table = [[max(i, j) if not i or not j else 0 for j in range(len(said) + 1)] for i in range(len(heard) + 1)]
    for i in range(1, len(heard) + 1):
        for j in range(1, len(said) + 1):
            other = table[i - 1][j - 1] + (heard[i - 1] != said[j - 1])
            table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, other)
    assert distance(heard, said) == table[-1][-1]


def test_spaces_and_punctuation_do_not_count_and_digits_are_read_aloud() -> None:
    assert comparable("안녕하세요, 고객님!") == comparable("안녕 하세요 고객님")
    assert comparable("35,000원") == "삼만오천원"


def test_a_perfect_listener_has_no_errors_and_its_lag_is_measured(tmp_path: Path) -> None:
    sound_file.write(tmp_path / "a.flac", np.zeros(24_000, np.int16), 8_000)
    (tmp_path / "m.tsv").write_text("path\ttext\na.flac\t네 네 네\n", encoding="utf-8")
    result = evaluate(Parrot(), read_manifest(tmp_path / "m.tsv"))
    assert (result.n, result.cer) == (1, 0)
    assert 100 <= (result.partial_lag_ms_p50 or 0) < 170  # said at 900 ms, shown at the first tick after 1,000
    assert set(result.as_json()) == {"n", "cer", "rtf", "final_ms_p95", "partial_lag_ms_p50"}


def test_errors_are_counted_in_characters(tmp_path: Path) -> None:
    sound_file.write(tmp_path / "a.flac", np.zeros(16_000, np.int16), 8_000)
    (tmp_path / "m.tsv").write_text("a.flac\t네 아니 요\n", encoding="utf-8")
    result = evaluate(Parrot(), read_manifest(tmp_path / "m.tsv"))
    assert result.cer == pytest.approx(3 / 4)
    assert result.mistakes == (("네 아니 요", "네 네"),)


@pytest.mark.parametrize(
    ("content", "told"),
    [("a.flac 네\n", "line 1: no tab"), ("", "holds no case"), ("\n\n# only this\n", "holds no case")],
)
def test_a_manifest_that_cannot_be_used_names_its_line(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "m.tsv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CasesUnusable, match=told):
        read_manifest(path)
    with pytest.raises(CasesUnusable, match="no file"):
        read_manifest(tmp_path / "other.tsv")
    path.write_bytes(b"\xff\xfe\x00a\tb")
    with pytest.raises(CasesUnusable, match="UTF-8"):
        read_manifest(path)


def test_a_word_is_never_shown_before_the_one_in_front_of_it_and_long_talk_is_measured_fast() -> None:
    heard = listen(Parrot(), np.zeros(8_000 * 900, np.int16))
    assert len(heard.partial_lags_ms) == 900
    assert all(100 <= lag < 200 for lag in heard.partial_lags_ms)


def test_load_plays_every_stream_for_the_time_asked() -> None:
    result = load(Parrot(), [np.zeros(12_000, np.int16), np.zeros(5_000, np.int16)], streams=30, seconds=3)
    assert result.streams == 30 and result.streams_per_core > 1_000
    assert listen(Parrot(), np.zeros(0, np.int16)).final.spoken == ""
