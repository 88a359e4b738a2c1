import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.tts.clauses import (
    BREATH_SYLLABLES,
    FIRST_SYLLABLES,
    PARAGRAPH_PAUSE_MS,
    SENTENCE_CHARACTERS,
    clauses,
    sayable,
    sentences,
    slower,
    syllables,
)


def cut(text: str) -> list[str]:
    return [text[stretch.start : stretch.end].strip() for stretch in sentences(text)]


def breathe(sentence: str, first: int = FIRST_SYLLABLES) -> list[str]:
    return [sentence[stretch.start : stretch.end].strip() for stretch in clauses(sentence, first)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("네. 알겠습니다! 더 있으세요? 끊겠습니다", ["네.", "알겠습니다!", "더 있으세요?", "끊겠습니다"]),
        ("네.알겠습니다.고맙습니다", ["네.", "알겠습니다.", "고맙습니다"]),
        ("금리는 3.5%입니다.", ["금리는 3.5%입니다."]),
        ("가입일은 2026. 11. 22. 오전입니다.", ["가입일은 2026. 11. 22.", "오전입니다."]),
        ("www.example.com 에 있습니다.", ["www.example.com 에 있습니다."]),
        ("'네.' 라고 하셨죠?", ["'네.'", "라고 하셨죠?"]),
        ("첫째 줄\n둘째 줄", ["첫째 줄", "둘째 줄"]),
    ],
)
def test_sentences_end_where_a_reader_stops(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


def test_a_new_paragraph_is_a_longer_silence_than_a_comma() -> None:
    paragraph = next(sentences("첫째 줄\n둘째 줄")).pause_ms
    comma = next(clauses("네, 고객님.")).pause_ms
    assert paragraph == PARAGRAPH_PAUSE_MS > comma > 0


@pytest.mark.parametrize(
    ("sentence", "first"),
    [
        ("안녕하세요, 고객님.", "안녕하세요,"),
        ("요금을 확인하시고 다시 연락 주시면 담당 상담사가 자세히 안내해 드리겠습니다.", "요금을 확인하시고"),
        ("주문은 들어왔는데 아직 출고가 되지 않아서 내일 오전에 보내 드리겠습니다.", "주문은 들어왔는데"),
        ("본인 확인을 위해 생년월일 여섯 자리와 휴대전화 번호를 말씀해 주세요.", "본인 확인을 위해"),
        ("고객님께서 지난달에 가입하신 인터넷 상품은 약정 기간이 아직 남아 있습니다.", "고객님께서 지난달에"),
    ],
)
def test_the_first_clause_is_short(sentence: str, first: str) -> None:
    assert breathe(sentence)[0] == first


@pytest.mark.parametrize("noun", ["광고", "사고", "신고", "창고", "최고"])
def test_a_noun_that_looks_like_a_connective_ending_stays_with_its_word(noun: str) -> None:
    sentence = f"고객님의 {noun} 접수는 정상적으로 처리되었습니다"
    assert not any(clause.endswith(noun) for clause in breathe(sentence))


def test_a_short_sentence_is_said_in_one_breath() -> None:
    assert breathe("잠시만 기다려 주시겠어요?") == ["잠시만 기다려 주시겠어요?"]


def test_digits_with_commas_are_not_torn_apart() -> None:
    assert breathe("1,000, 2,000") == ["1,000, 2,000"]


@given(st.text(alphabet=st.sampled_from("가나다고면서은는 ,.?!\n12aA😀ㅋ\u200b\ud800")) | st.text(max_size=400))
def test_cutting_loses_no_character_and_no_piece_is_endless(text: str) -> None:
    rebuilt = ""
    for sentence in sentences(text):
        assert sentence.end - sentence.start <= SENTENCE_CHARACTERS
        words = text[sentence.start : sentence.end]
        pieces = [words[clause.start : clause.end] for clause in clauses(words, FIRST_SYLLABLES)]
        assert "".join(pieces) == words
        assert all(syllables(piece) <= BREATH_SYLLABLES for piece in pieces)
        rebuilt += words
    assert rebuilt == text


# ---- slower


def slowly(sentence: str) -> list[str]:
    return [sentence[cut.start : cut.end].strip() for cut in slower(sentence, clauses(sentence, FIRST_SYLLABLES))]


@pytest.mark.parametrize(
    ("sentence", "pieces"),
    [
        ("네, 알겠습니다.", ["네,", "알겠습니다."]),
        ("주문번호가 어떻게 되세요?", ["주문번호가", "어떻게 되세요?"]),
        ("에코백은 지금 배송 중이에요.", ["에코백은", "지금 배송 중이에요."]),
        ("십일월 이십사일에 도착할 예정이에요.", ["십일월 이십사일에", "도착할 예정이에요."]),
        ("공이 일이삼사 오육칠팔로 전화 주세요.", ["공이 일이삼사", "오육칠팔로", "전화 주세요."]),
        ("반품 배송비 육천 원은 고객님께서 내셔야 해요.", ["반품 배송비 육천 원은", "고객님께서", "내셔야 해요."]),
        ("오늘 오후 세 시 삼십 분까지 오세요.", ["오늘 오후 세 시", "삼십 분까지 오세요."]),
        ("아주긴낱말하나뿐이라끊을곳이없어요.", ["아주긴낱말하나뿐이라끊을곳이없어요."]),
    ],
)
def test_who_cannot_follow_hears_one_phrase_at_a_time(sentence: str, pieces: list[str]) -> None:
    assert slowly(sentence) == pieces


def test_a_breath_after_each_is_longer_than_any_inside_a_sentence_else() -> None:
    sentence = "받으신 날부터 칠일 안에 반품을 신청하시면 되고, 배송비는 고객님께서 내셔야 해요."
    usual, slow = list(clauses(sentence)), list(slower(sentence, clauses(sentence)))
    assert len(slow) > len(usual)
    assert min(cut.pause_ms for cut in slow) > max(cut.pause_ms for cut in usual[:-1])


@given(st.text(alphabet=st.sampled_from("가나다고면서은는일이삼원시 ,.?!\n12aA😀")))
def test_slow_pieces_lose_nothing_and_tear_no_word(text: str) -> None:
    for sentence in sentences(text):
        words = text[sentence.start : sentence.end]
        cuts = list(slower(words, clauses(words, FIRST_SYLLABLES)))
        assert "".join(words[cut.start : cut.end] for cut in cuts) == words
        within = {clause.end for clause in clauses(words, FIRST_SYLLABLES)}
        assert all(cut.end in within or words[cut.end - 1].isspace() for cut in cuts)


def test_only_what_a_voice_can_say_is_kept() -> None:
    assert sayable("안녕😀하세요 漢字 Привет ㅋㅋ<b>５번!") == "안녕 하세요 b 5번!"
    assert sayable("\u1112\u1161\u11ab\u1100\u1173\u11af") == "한글"
    assert sayable("\ud800\u0000\u200b﷽") == ""
