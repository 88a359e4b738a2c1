import pytest

from kb.address.old_names import renamed


@pytest.mark.parametrize(
    ("text", "present"),
    [
        ("충남 연기군 조치원읍", [(0, 6, "세종시")]),
        ("충청남도연기군 남면", [(0, 10, "세종시 연기면")]),
        ("연기군 남면과 진해시", [(0, 6, "세종시 연기면"), (8, 11, "창원시 진해구")]),
        ("경북 군위군", [(0, 6, "대구 군위군")]),
        ("인천 남구", [(0, 5, "인천 미추홀구")]),
        ("인천 남동구", []),
        ("대구 군위군", []),
        ("조선연기군", []),
        ("세종시 연기면", []),
    ],
)
def test_regions_that_have_another_name_now(text: str, present: list[tuple[int, int, str]]) -> None:
    assert list(renamed(text)) == present
