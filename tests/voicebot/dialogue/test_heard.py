import unicodedata

from voicebot.dialogue.heard import Heard


def test_speech_is_written_and_keys_stay() -> None:
    assert Heard.of("삼만 오천 원이요") == Heard("삼만 오천 원이요", "35,000원이요")
    assert Heard.of("12#", source="dtmf").written == "12#"
    assert Heard.of("네", confidence=0.4).confidence == 0.4


def test_decomposed_hangul_is_put_together() -> None:
    assert Heard.of(unicodedata.normalize("NFD", "세 시요")).written == "3시요"
