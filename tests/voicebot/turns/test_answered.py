"""Whether what was said answers the question: the slot's shape against the transcript."""

from datetime import datetime, time

import pytest

from voicebot.dialogue.slots import Amount, Choice, Date, Digits, FreeText, Name, OrderNumber, Phone, Slot, Time, YesNo
from voicebot.dialogue.slots.address import AnyAddress
from voicebot.dialogue.slots.key_menu import KeyMenu
from voicebot.turns.answered import answered, key_lengths

NOW = datetime(2026, 11, 23, 14, 0)
OFFICE = Time(time(9), time(18))
PARCEL = Choice({"환불": [], "교환": []})


@pytest.mark.parametrize(
    ("slot", "said", "expected"),
    [
        (Phone(), "공일공 이삼사오", "short"),
        (Phone(), "공일공 이삼사오 육칠팔", "short"),
        (Phone(), "공일공 이삼사오 육칠팔구", "full"),
        (Phone(), "공일공 이삼사오 육칠팔구요", "full"),
        (Phone(), "이삼사오 육칠팔구", "full"),
        (Phone(), "일오팔팔 삼천", "full"),
        (Phone(), "공이 삼사오 육칠팔구", "growing"),
        (Phone(), "제 번호는", "no"),
        (Digits((4,)), "삼공일", "short"),
        (Digits((4,)), "삼공일오", "full"),
        (OrderNumber(), "팔이공사 일", "short"),
        (OrderNumber(), "팔이공사 일일칠삼", "growing"),
        (OrderNumber(), "팔이공사 일일칠삼이요", "full"),
        (OrderNumber(), "이공이육 일일이이 삼공일오", "full"),
        (OrderNumber((8,)), "팔이공사 일일칠삼", "full"),
        (Amount(), "삼만", "growing"),
        (Amount(), "삼만 오천 원", "whole"),
        (Date(), "다음 주", "short"),
        (Date(), "다음 주 화요일", "whole"),
        (Date(), "내일은", "no"),
        (OFFICE, "세 시", "growing"),
        (OFFICE, "세 시요", "whole"),
        (OFFICE, "세 시 반", "whole"),
        (YesNo(), "네", "whole"),
        (YesNo(), "네 근데", "no"),
        (YesNo(), "맞는데", "no"),
        (YesNo(), "아니", "growing"),
        (Name(), "김민수", "whole"),
        (Name(), "김민수요", "whole"),
        (Name(), "김민", "growing"),
        (Name(), "이름은", "no"),
        (AnyAddress(), "세종시 한누리대로", "short"),
        (AnyAddress(), "세종시 한누리대로 이천백삼십", "growing"),
        (AnyAddress(), "세종시 한누리대로 이천백삼십 이백삼동", "short"),
        (AnyAddress(), "세종시 한누리대로 이천백삼십 이백삼동 천사호", "whole"),
        (PARCEL, "환불", "whole"),
        (PARCEL, "환불이", "no"),
        (PARCEL, "환불 말고", "no"),
        (FreeText(), "물이", "no"),
        (FreeText(), "물이 새요", "no"),
        (Phone(), "", "no"),
    ],
)
def test_the_slot_tells_what_is_missing(slot: Slot, said: str, expected: str) -> None:
    assert answered(slot, said, NOW) == expected


@pytest.mark.parametrize(
    ("slot", "lengths"),
    [
        (Phone(), {11}),
        (OrderNumber(), {8, 12}),
        (YesNo(), {1}),
        (KeyMenu({str(number): [] for number in range(10)}, {}), {1}),
        (PARCEL, {1}),
        (Date(), set()),
        (None, set()),
    ],
)
def test_how_many_keys_an_answer_has(slot: Slot | None, lengths: set[int]) -> None:
    assert key_lengths(slot) == lengths
