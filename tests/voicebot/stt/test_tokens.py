import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.stt import tokens


@given(st.text(alphabet=st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)))
def test_every_syllable_is_spelled_and_read_back(text: str) -> None:
    assert tokens.decode(tokens.encode(text)) == text


def test_first_and_last_sounds_are_kept_apart() -> None:
    assert tokens.decode(tokens.encode("먹어 머거")) == "먹어 머거"
    assert tokens.encode("먹어") != tokens.encode("머거")


def test_what_cannot_be_spelled_is_refused() -> None:
    with pytest.raises(KeyError):
        tokens.encode("KT")
