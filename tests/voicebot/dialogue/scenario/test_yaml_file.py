import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.dialogue.scenario.yaml_file import LARGEST_BYTES, FileInvalid, read_yaml


@pytest.fixture
def written(tmp_path):
    def write(content):
        path = tmp_path / "flow.yaml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def test_values_are_what_a_designer_sees(written):
    text = (
        "열기: 10:30\n광고: no\n켬: on\n전화: 01012345678\n날: 2026-11-22\n수: 3\n값: 1.5\n참: true\n없음:\n1: 하나\n"
    )
    value, _ = read_yaml(written(text))
    assert value == {
        "열기": "10:30",
        "광고": "no",
        "켬": "on",
        "전화": "01012345678",
        "날": "2026-11-22",
        "수": 3,
        "값": 1.5,
        "참": True,
        "없음": None,
        1: "하나",
    }


def test_questions_may_stand_in_a_list_without_quotes(written):
    value, _ = read_yaml(written("ask: [몇 번이세요?, 번호가 어떻게 되세요?]\n"))
    assert value == {"ask": ["몇 번이세요?", "번호가 어떻게 되세요?"]}


def test_each_value_knows_its_line(written):
    _, source = read_yaml(
        written("flow: 가\nsteps:\n  - say: 하나\n  - ask: 둘\n    when: |\n      셋\n  - {go: 넷}\n")
    )
    assert source.line(("flow",)) == 1
    assert source.line(("steps", 1)) == 4
    assert source.line(("steps", 1, "when")) == 5
    assert source.line(("steps", 2, "go")) == 7
    assert source.line(("steps", 1, "id", "nothing")) == 4, "the nearest around what is not there"


def test_hangul_that_a_mac_took_apart_is_put_together(written):
    value, _ = read_yaml(written(unicodedata.normalize("NFD", "슬롯: 주문번호")))
    assert value == {"슬롯": "주문번호"}


def test_anchors_stand_for_what_they_name(written):
    value, _ = read_yaml(written("가: &같은 [하나, 둘]\n나: *같은\n"))
    assert value["나"] == ["하나", "둘"]


@pytest.mark.parametrize(
    ("content", "line", "what"),
    [
        (b"", 1, "the file is empty"),
        (b"# only a comment\n", 1, "the file is empty"),
        (b"- a\n- b\n", 1, "not a list of KEY: VALUE"),
        ("flow: 가\nflow: 나\n".encode(), 2, '"flow" is written twice (first in line 1)'),
        ("flow: 가\n---\nflow: 나\n".encode(), 2, "a second document"),
        ("flow: 가\nabout: 나: 다\n".encode(), 2, "a second colon"),
        ("flow: 가\nsteps:\n\t- say: 나\n".encode(), 3, "a tab"),
        ("flow: 가\nsay: {이름}님\n".encode(), 2, "begins with a brace"),
        ("flow: 가\nsay: @이름\n".encode(), 2, "begins with a sign"),
        ('flow: "가\nabout: 나\n'.encode(), 1, "a quotation mark that is not closed"),
        ("flow: [가, 나\nabout: 다\n".encode(), 1, "a bracket that is not closed"),
        ("{주문번호}: 가\n".encode(), 1, "a key is a word"),
        (b"a: !!python/object/apply:os.system [ls]\n", 1, "tags such as"),
        (b"a: *nobody\n", 1, "nothing above is called &nobody"),
        (b"a: &a [*a]\n", 1, "nothing above is called &a"),
        (b"a: " + b"[" * 200, 1, "too deep"),
        (b"a: 1\nb: \x01\n", 2, "a character that YAML does not allow"),
        (b"a: 1\n\0\0\0", 1, "not a text file"),
        ("flow: 가\nabout: 나\n".encode("cp949"), 1, "not in UTF-8"),
        (b"a: " + b"x" * LARGEST_BYTES, 1, "larger than 1 MB"),
    ],
)
def test_what_is_no_mapping_in_yaml_is_told_with_its_line(written, content, line, what):
    with pytest.raises(FileInvalid) as told:
        read_yaml(written(content))
    assert told.value.problem.line == line
    assert what in told.value.problem.what
    assert told.value.problem.cure


def test_a_billion_repetitions_are_refused_before_they_are_made(written):
    bomb = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    with pytest.raises(FileInvalid, match="more than 50,000 values"):
        read_yaml(written("\n".join(bomb)))


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    with pytest.raises(FileInvalid, match="cannot be read"):
        read_yaml(tmp_path)
    with pytest.raises(FileInvalid, match="cannot be read"):
        read_yaml(tmp_path / "nothing.yaml")


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab가:-#{}[]&*!|>'\"%@`?,.~0 \t\n\x85\ufeff", max_size=40))
def test_any_text_is_read_or_refused(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("any") / "flow.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        value, source = read_yaml(path)
    except FileInvalid as invalid:
        assert 1 <= invalid.problem.line <= text.count("\n") + text.count("\x85") + 1
    else:
        assert isinstance(value, dict)
        assert source.line(()) >= 1
