from voicebot.dialogue.answer.vocabulary import is_courtesy, one_for_all, taken_apart


def test_words_that_say_the_same():
    assert one_for_all("변경") == one_for_all("바꾸") == "바꾸"
    assert one_for_all("배송") == "배송"


def test_words_that_state_nothing():
    assert is_courtesy("고객")
    assert not is_courtesy("배송")


def test_costs():
    assert taken_apart("배송비") == ("배송", "비")
    assert taken_apart("무료") == ("무료",)
    assert taken_apart("준비") == ("준비",)
