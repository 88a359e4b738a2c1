from kb.entry import Entry
from kb.many import many

FEW = [Entry(str(number), f"{number}번 질문?", f"{number}번 답변.", "분류") for number in range(240)]


def test_ten_thousand_are_all_different() -> None:
    made = many(FEW, 10_000)
    assert len(made) == len({entry.id for entry in made}) == len({entry.question for entry in made}) == 10_000
    assert len({entry.answer for entry in made}) == 10_000
    assert all(entry.question.endswith("번 질문?") and entry.category == "분류" for entry in made)


def test_questions_are_asked_of_one_thing_then_of_two() -> None:
    made = many(FEW[:1], 60)
    assert [entry.question for entry in made[:2]] == ["냉장고 0번 질문?", "세탁기 0번 질문?"]
    assert {len(entry.question.split()) for entry in made[50:]} == {4}
    assert made[0].answer == "냉장고의 경우 0번 답변."


def test_fewer_than_there_are_and_none() -> None:
    assert len(many(FEW, 3)) == 3
    assert many(FEW, 0) == many([], 5) == []
