"""Search finds what people mean, however it was typed or heard."""

import unicodedata

import pytest

from voicebot.store.folding import folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("환불해 주세요", "환불해주세요"),
        (unicodedata.normalize("NFD", "환불"), "환불"),
        ("iPhone 케이스", "IPHONE케이스"),
        ("두\u00a0칸\t\n사이", "두칸사이"),
    ],
)
def test_alike(one: str, other: str) -> None:
    assert folded(one) == folded(other)


def test_spoken_and_written_do_not_run_together() -> None:
    assert folded("3시", "세 시") == "3시\n세시"
    assert folded("네 네", "네네") == "네네"
