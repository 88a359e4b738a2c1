import pytest

from kb.loading.markup import parse, plain, visible


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("<p>3만 원 이상 <b>무료</b>입니다.</p><ul><li>하나</li><li>둘</li></ul>", "3만 원 이상 무료입니다.\n하나\n둘"),
        ("무료&nbsp;배송 &amp; 반품<br/>됩니다", "무료 배송 & 반품\n됩니다"),
        ("안녕<script>alert(1)</script>하세요", "안녕하세요"),
        ("안녕&lt;script&gt;alert(1)&lt;/script&gt;하세요", "안녕하세요"),
        ("안녕&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;하세요", "안녕하세요"),
        ("안녕<scr<script></script>ipt>하세요", "안녕"),
        ("안녕<img src=x onerror=alert(1)", "안녕"),
        ("안녕<IMG SRC=x onerror='alert(1)'>하세요", "안녕하세요"),
        ("안녕<!-- <b>감춤</b> -->하세요", "안녕하세요"),
        (
            "안녕<span style='display: none'>감춤</span><i hidden>감춤</i><b aria-hidden=true>감춤</b>하세요",
            "안녕하세요",
        ),
        ("<table><tr><td>서울</td><td>1일</td></tr><tr><td>제주</td><td>3일</td></tr></table>", "서울 1일\n제주 3일"),
    ],
)
def test_only_what_a_browser_shows_is_left(written: str, shown: str) -> None:
    assert plain(written) == shown


@pytest.mark.parametrize(
    "written", ["<AS 접수>", "<A 세트>를 고르세요", "3 < 5", "a<b", "<상품명>", "R&D 센터", "줄\n바꿈"]
)
def test_angle_brackets_of_text_stay(written: str) -> None:
    assert plain(written) == written


def test_brackets_of_text_stay_beside_tags() -> None:
    assert plain("<b>반드시</b> <AS 접수>를 누르세요") == "반드시 <AS 접수>를 누르세요"


def test_the_lines_of_a_page_are_known() -> None:
    page = parse("<html>\n<body>\n\n<h2>가</h2></body></html>")
    assert page.h2 is not None
    assert (page.h2.sourceline, visible([page])) == (4, "가")
