"""What the embedding is trained on is well-formed, and is read as it is written."""

from collections import Counter
from pathlib import Path

from gpu.train.embedding.questions import (
    Item,
    Organisation,
    like_sentences,
    organisations,
    other_words,
    same_words,
    small_talk,
)


def test_a_file_is_an_organisation_and_its_folder_the_trade(tmp_path: Path) -> None:
    (tmp_path / "money").mkdir()
    (tmp_path / "words").mkdir()
    (tmp_path / "money/bank.tsv").write_text("금리는?\t4퍼센트\t이자 \t 이율\t\n\n한도는?\t없음\n", encoding="utf-8")
    (tmp_path / "words/same_words.tsv").write_text("배송비\t택배비\n", encoding="utf-8")
    (tmp_path / "words/other_words.tsv").write_text("환불\t환전\n", encoding="utf-8")
    (tmp_path / "none").mkdir()
    (tmp_path / "none/bank.txt").write_text("커피 한 잔이요\n\n 신발 있어요 \n", encoding="utf-8")
    (tmp_path / "money/fund.tsv").write_text("수수료는?\t없음\t떼는 돈\n", encoding="utf-8")
    items = (Item("금리는?", "4퍼센트", ("이자", "이율")), Item("한도는?", "없음", ()))
    bank = Organisation("bank", "money", unanswered=("커피 한 잔이요", "신발 있어요"), items=items)
    fund = Organisation("fund", "money", unanswered=(), items=(Item("수수료는?", "없음", ("떼는 돈",)),))
    assert organisations(tmp_path) == [bank, fund]
    assert same_words(tmp_path) == [["배송비", "택배비"]]
    assert other_words(tmp_path) == [["환불", "환전"]]


def test_every_organisation_has_questions_with_answers_and_wordings() -> None:
    found = organisations()
    assert len(found) >= 40 and len({one.trade for one in found}) >= 6
    assert len({one.name for one in found}) == len(found)
    for one in found:
        assert len(one.items) >= 20, one.name
        questions = Counter(item.question for item in one.items)
        assert max(questions.values()) == 1, f"{one.name}: {questions.most_common(1)}"
        for item in one.items:
            assert item.question and item.answer and len(item.wordings) >= 2, f"{one.name}: {item.question}"
            assert item.question not in item.wordings and len(set(item.wordings)) == len(item.wordings), item
        wordings = {wording for item in one.items for wording in item.wordings}
        assert not wordings & set(one.unanswered), f"{one.name}: answered and unanswered"


def test_words_stand_in_groups_of_two_and_more_without_repeating() -> None:
    groups, pairs = same_words(), other_words()
    assert len(groups) > 100 and len(pairs) > 10
    assert all(len(pair) >= 2 for pair in pairs)
    assert all(len(set(group)) == len(group) for group in groups)
    same = {frozenset((one, other)) for group in groups for one in group for other in group if one != other}
    assert not same & {frozenset(pair[:2]) for pair in pairs}, "alike and not alike at once"


def test_pairs_of_sentences_carry_how_like_they_are(tmp_path: Path) -> None:
    (tmp_path / "text").mkdir()
    heading = "genre\tfilename\tyear\tid\tscore\tsentence1\tsentence2\n"
    rows = 'main\tnews\t2012\t1\t5.000\t그가 "온다\t그가 온다\nmain\tnews\t2012\t2\t1.25\t개\t고양이\nbroken\trow\n'
    (tmp_path / "text/korsts_train.tsv").write_text(heading + rows, encoding="utf-8")
    assert like_sentences(tmp_path) == [('그가 "온다', "그가 온다", 1.0), ("개", "고양이", 0.25)]


def test_small_talk_is_what_people_say_without_the_heading(tmp_path: Path) -> None:
    (tmp_path / "text").mkdir()
    (tmp_path / "text/chatbot_qa.csv").write_text(
        'Q,A,label\n심심해,저도요,0\n"안녕, 뭐해",쉬어요,0\n', encoding="utf-8"
    )
    assert small_talk(tmp_path) == ["심심해", "안녕, 뭐해"]
