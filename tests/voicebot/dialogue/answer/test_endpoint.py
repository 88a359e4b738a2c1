import pytest
from pydantic import ValidationError

from voicebot.dialogue.answer.endpoint import Endpoint


def test_two_lines_are_enough():
    endpoint = Endpoint(url="http://127.0.0.1:8000/v1/", model="qwen")
    assert endpoint.url == "http://127.0.0.1:8000/v1"
    assert (endpoint.first_clause_ms, endpoint.key_from) == (900, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "127.0.0.1:8000"},
        {"url": "ftp://a.kr/v1"},
        {"url": "http://me:secret@a.kr/v1"},
        {"url": "http://a.kr/v1?key=1"},
        {"model": ""},
        {"key_from": "sk-abcdef123"},
        {"first_clause_ms": 10},
        {"first_clause_ms": 2000, "whole_ms": 1000},
        {"temperature": 1},
    ],
)
def test_mistakes(wrong):
    with pytest.raises(ValidationError):
        Endpoint(**{"url": "http://127.0.0.1:8000/v1", "model": "qwen", **wrong})


def test_a_key_in_the_wrong_place_is_not_shown():
    with pytest.raises(ValidationError) as mistake:
        Endpoint(url="http://127.0.0.1:8000/v1", model="qwen", key_from="sk-abcdef123")
    assert "sk-abcdef123" not in str(mistake.value)
