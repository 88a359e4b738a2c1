from datetime import date, datetime, time

from voicebot.dialogue.memory import Memory
from voicebot.dialogue.slots import Found
from voicebot.dialogue.template import fill, holds

NOW = datetime(2026, 11, 22, 15, 30)


def memory(**variables: str) -> Memory:
    return Memory("누리몰", "01012345678", NOW, dict(variables))


def found(value: object, written: str) -> Found:
    return Found(value, written, 0.9, 0, 3)  # type: ignore[arg-type]


def test_what_templates_speak_of() -> None:
    kept = memory(고객="김민수")
    kept.last_heard = "반품할게요"
    kept.fill("금액", found(35_000, "35,000원"), "환불")
    values = kept.values()
    assert (values["회사"], values["발신번호"], values["발화"], values["고객"]) == (
        *("누리몰", "01012345678", "반품할게요"),
        "김민수",
    )
    assert (values["오늘"], values["지금"]) == (date(2026, 11, 22), time(15, 30))
    assert fill("{고객} 님, {금액}(을/를)", values) == "김민수 님, 35,000원을"
    assert holds("금액 == 35000", values)


def test_a_slot_goes_before_what_the_call_brought_along() -> None:
    kept = memory(날짜="모레")
    kept.put("날짜", date(2026, 11, 25), "예약")
    assert fill("{날짜}", kept.values()) == "11월 25일"


def test_what_is_forgotten_is_kept_for_a_caller_who_puts_it_right() -> None:
    kept = memory()
    kept.put("번호", "1234", "조회")
    kept.forget(["번호", "없는것"])
    assert kept.slots == {} and kept.former["번호"].value == "1234"
    assert not holds("번호", kept.values())


def test_a_slot_may_pass_to_another_flow() -> None:
    kept = memory()
    kept.fill("번호", found("1234", "1234"), "조회", private=True)
    kept.leave(["번호"], to="취소")
    assert (kept.slots["번호"].flow, kept.slots["번호"].value, kept.slots["번호"].private) == ("취소", "1234", True)


def test_the_summary_says_what_is_known_and_hides_what_is_private() -> None:
    kept = memory()
    kept.fill("생년월일", found("19900101", "1990년 1월 1일"), "본인 확인", private=True)
    kept.fill("금액", found(35_000, "35,000원"), "환불")
    kept.put("없음", None, "환불")
    kept.notes.append("본인 확인됨")
    summary = kept.summary("환불", "돈 돌려주세요")
    assert summary.startswith("환불. 고객 말씀: 돈 돌려주세요. 본인 확인됨. ")
    assert "금액 35,000원" in summary and "1990" not in summary and "없음" not in summary
    assert memory().summary(None, "") == "문의"


def test_to_begin_again_forgets_what_went_wrong_and_nothing_else() -> None:
    kept = memory()
    kept.fill("금액", found(35_000, "35,000원"), "환불")
    kept.said, kept.not_understood, kept.unanswered, kept.silences, kept.warnings = ["네?"], 2, 1, 1, 1
    kept.begin_again()
    assert (kept.said, kept.not_understood, kept.unanswered, kept.silences, kept.warnings) == ([], 0, 0, 0, 1)
    assert kept.values()["금액"] == 35_000
