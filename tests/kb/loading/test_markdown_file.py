from pathlib import Path

from kb.loading import SourceFile
from kb.loading.files import read_file

PAGE = """---
분류: 배송
태그: [배송, 요금]
---
# 배송 안내

고객님께 드리는 안내입니다.

## 배송비는 얼마인가요?
- 예문: 택배비가 얼마예요 | 배송료 있나요
- id: D-01

3만 원 이상은 **무료**,
그 아래는 [3,000원](http://example.com)입니다.

1. 하나
2. 둘

## 제주
### 제주는 며칠 걸리나요?
<script>alert("1")</script>
3일 걸립니다.<!-- 감춤 -->

## 답이 없나요?
"""


def load(folder: Path, text: str) -> SourceFile:
    (folder / "faq.md").write_text(text, encoding="utf-8")
    return read_file(folder / "faq.md")


def test_headings_ask_and_the_text_below_answers(tmp_path: Path) -> None:
    cost, jeju = load(tmp_path, PAGE).entries
    assert (cost.id, cost.question, cost.category) == ("D-01", "배송비는 얼마인가요?", "배송")
    assert cost.answer == "3만 원 이상은 무료, 그 아래는 3,000원입니다.\n하나\n둘"
    assert cost.tags == ("배송", "요금")
    assert cost.examples == ("택배비가 얼마예요", "배송료 있나요")
    assert cost.source.endswith("faq.md:9")
    assert (jeju.question, jeju.answer) == ("제주는 며칠 걸리나요?", "3일 걸립니다.")
    assert jeju.source.endswith("faq.md:20")


def test_a_heading_without_an_answer_names_its_line(tmp_path: Path) -> None:
    assert [(row.line, row.reason) for row in load(tmp_path, PAGE).broken] == [(24, "the answer is empty")]


def test_an_id_stays_while_other_parts_of_the_page_change(tmp_path: Path) -> None:
    before = load(tmp_path, "# 환불\n## 언제 되나요?\n3일입니다.\n## 어디서 하나요?\n앱입니다.\n").entries
    after = load(tmp_path, "# 환불\n## 새 질문은요?\n네.\n## 언제 되나요?\n5일입니다.\n").entries
    assert before[0].id == after[1].id
    assert (before[0].category, before[0].answer, after[1].answer) == ("환불", "3일입니다.", "5일입니다.")
    assert load(tmp_path, "# 교환\n## 언제 되나요?\n3일입니다.\n").entries[0].id != before[0].id


def test_a_telephone_in_a_list_is_no_id(tmp_path: Path) -> None:
    [entry] = load(tmp_path, "## 전화번호는요?\n- 번호: 1588-1234\n").entries
    assert entry.id.startswith("q-")
    assert entry.answer == "번호: 1588-1234"


def test_front_matter_that_is_not_yaml_is_told(tmp_path: Path) -> None:
    file = load(tmp_path, "---\n분류: [배송\n---\n## 가?\n나\n")
    assert not file.is_read
    assert file.broken[0].reason == "its front matter is not YAML"


def test_a_page_without_headings_holds_nothing_to_ask(tmp_path: Path) -> None:
    assert load(tmp_path, "그냥 글입니다.\n").broken[0].reason == "no question with an answer is in it"
