from voicebot.dialogue.answer.statements import FREE, segments


def test_a_sentence_is_cut_where_the_next_thing_is_said():
    first, second = segments("50,000원 이상 사시면 배송비가 없고, 3,000원은 다른 때 받습니다.")
    assert first.predicates[FREE] is True
    assert second.predicates[FREE] is False
    assert "배송" in first.words
    assert "배송" in second.around - second.words


def test_a_list_of_nouns_is_one_segment():
    (only,) = segments("신선식품, 뜯은 화장품과 위생용품은 단순 변심으로 반품하실 수 없습니다.")
    assert only.predicates["반품"] is False
    assert "신선식품" in only.nouns


def test_in_a_row_of_figures_the_last_speaks_for_all():
    card, transfer = segments("신용카드는 5일, 계좌이체는 2일 걸립니다.")
    assert "걸리" in card.predicates
    assert "카드" in card.nouns - transfer.nouns
    assert [int(figure.value) for figure in card.figures] == [5]


def test_words_that_say_the_same_are_one():
    assert segments("배송지를 변경하세요.")[0].words == segments("배송지를 바꾸세요.")[0].words


def test_what_takes_further_cases_in():
    assert segments("일요일에도 배송합니다.")[0].extends
    assert segments("모든 회원께 드립니다.")[0].extends
    assert segments("보증 기간이 지나도 고쳐 드립니다.")[0].extends
    assert not segments("다른 분에게 넘기실 수도 없습니다.")[0].extends


def test_what_says_nothing_has_no_words():
    assert not any(segment.words or segment.predicates for segment in segments("네, 고객님. 안내해 드리겠습니다."))
    assert segments("") == ()
