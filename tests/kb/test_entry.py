from datetime import date

from kb.entry import Entry, faces

ENTRY = Entry("1", "배송비는?", "무료입니다.", examples=("택배비는?", "배송료는?"))


def test_the_faces_of_an_entry_in_order() -> None:
    assert faces(ENTRY) == ["배송비는?", "택배비는?", "배송료는?", "무료입니다."]


def test_both_days_are_included() -> None:
    entry = Entry("1", "가?", "나", valid_from=date(2026, 11, 1), valid_until=date(2026, 11, 2))
    days = [date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 2), date(2026, 11, 3)]
    assert [entry.is_valid(day) for day in days] == [False, True, True, False]
    assert ENTRY.is_valid(days[0])


def test_the_same_entry_in_another_line_is_the_same() -> None:
    moved = Entry("1", "배송비는?", "무료입니다.", examples=("택배비는?", "배송료는?"), source="faq.csv:9")
    assert moved.digest == ENTRY.digest
    assert Entry("1", "배송비는?", "유료입니다.").digest != ENTRY.digest
