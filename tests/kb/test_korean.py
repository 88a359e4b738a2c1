from kb import korean


def test_what_people_say_is_more_plausible_than_what_sounds_like_it() -> None:
    said, misheard, nothing = korean.plausibility(["비밀번호를 잊어버렸어요", "비밀번호를 이저버려써요", ""])
    assert said > misheard + 5
    assert nothing == 0


def test_one_analyzer_serves_the_process() -> None:
    assert korean.analyzer() is korean.analyzer()
