import pytest

from voicebot.stt.spoken import without_punctuation


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        (" 네, 감사합니다.", "네 감사합니다"),
        ('정말요?! "네"', "정말요 네"),
        ("1,500원이고 3.5%요.", "1500원이고 3.5%요"),
        ("1,2 번", "1 2 번"),
        ("음악 ♪♪", "음악"),
        ("…", ""),
    ],
)
def test_marks_go_and_words_stay(written: str, spoken: str) -> None:
    assert without_punctuation(written) == spoken
