from hypothesis import given
from hypothesis import strategies as st

from voicebot.stt.recognizer import Partial
from voicebot.stt.settling import Settling


def test_what_stands_long_enough_is_stable() -> None:
    settling = Settling(settle_ms=600)
    assert settling.hear("배송", 400) == Partial("배송", 0)
    assert settling.hear("배송 조", 700) == Partial("배송 조", 0)
    assert settling.hear("배송 조회", 1_000) == Partial("배송 조회", 2)
    assert settling.hear("배송 조회", 1_300) == Partial("배송 조회", 4)
    assert settling.hear("배송 조회", 1_600) == Partial("배송 조회", 5)


def test_a_change_begins_anew_from_where_it_changed() -> None:
    settling = Settling(settle_ms=600)
    settling.hear("배송 조해", 0)
    assert settling.hear("배송 조회", 500) == Partial("배송 조회", 0)
    assert settling.hear("배송 조회", 600) == Partial("배송 조회", 4)


def test_the_stable_words_stay_where_a_later_hypothesis_disagrees() -> None:
    settling = Settling(settle_ms=600)
    settling.hear("배송 조회", 0)
    settling.hear("배송 조회", 600)
    assert settling.hear("배달 조회 해주세요", 900) == Partial("배송 조회 해주세요", 5)
    assert settling.hear("", 1_000) == Partial("배송 조회", 5)


@given(st.lists(st.text("가나 ", max_size=12).map(lambda text: " ".join(text.split())), max_size=20))
def test_what_was_called_stable_never_changes(hypotheses: list[str]) -> None:
    settling, stable = Settling(settle_ms=300), ""
    for number, hypothesis in enumerate(hypotheses):
        partial = settling.hear(hypothesis, number * 200)
        assert partial.spoken.startswith(stable)
        assert len(stable) <= partial.stable_chars <= len(partial.spoken)
        stable = partial.spoken[: partial.stable_chars]
