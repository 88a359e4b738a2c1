"""What a caller who waits is told. Figures are written, as in 3분: how they are read aloud is the mouth's business."""

from __future__ import annotations

from math import ceil

from assist.desk.effects import WhyNobodyTook
from voicebot.text.numbers import native

MOST_COUNTED = 20  # people ahead; of more nobody wants to know exactly how many


def announcement(position: int, wait_s: float, *, is_first: bool) -> str:
    """``position`` from 1, ``wait_s`` the wait that is to be expected."""
    opening = "지금은 모든 상담사가 상담 중입니다." if is_first else "기다려 주셔서 감사합니다."
    ahead = position - 1
    if ahead < 1:
        place = "고객님이 바로 다음 차례입니다."
    elif ahead <= MOST_COUNTED:
        place = f"지금 앞에 {native(ahead)} 분이 기다리고 계십니다."
    else:
        place = f"지금 앞에 {native(MOST_COUNTED)} 분 넘게 기다리고 계십니다."
    return f"{opening} {place} {expected_wait(wait_s)}"


def expected_wait(wait_s: float) -> str:
    """Rounded as people say it, and rather too long than too short: by the minute up to five, then by five, by ten."""
    minutes = ceil(wait_s / 60)
    if minutes <= 1:
        return "곧 연결됩니다."
    if minutes > 60:
        return "예상 대기 시간은 한 시간이 넘습니다."
    step = 1 if minutes <= 5 else 5 if minutes <= 30 else 10
    rounded = ceil(minutes / step) * step
    return f"예상 대기 시간은 약 {'한 시간' if rounded == 60 else f'{rounded}분'}입니다."


def nobody_took(reason: WhyNobodyTook, *, is_back: bool) -> str:
    """The person whom the caller was given to is not to be had. ``is_back``: they go back to whom they came from, else
    into the queue.
    """
    why = (
        "연결하려던 상담사가 지금 다른 상담 중입니다."
        if reason == "busy"
        else "연결하려던 상담사가 지금 받지 못합니다."
    )
    next_ = "처음 상담사를 다시 연결해 드리겠습니다." if is_back else "다른 상담사를 연결해 드리겠습니다."
    return f"{why} {next_} 잠시만 기다려 주세요."
