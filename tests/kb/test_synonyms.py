from pathlib import Path

import pytest

from kb.synonyms import Synonyms, SynonymsInvalid


def load(folder: Path, text: str, name: str = "synonyms.yaml") -> Synonyms:
    (folder / name).write_text(text, encoding="utf-8")
    return Synonyms.load(folder / name)


def test_groups_of_yaml_and_of_tsv_are_the_same(tmp_path: Path) -> None:
    groups = (("배송비", "택배비", "배송료"), ("119", "소방서"))
    assert load(tmp_path, "# 우리 말\n배송비: [택배비, 배송료]\n119:\n  - 소방서\n").groups == groups
    assert load(tmp_path, "# 우리 말\n배송비\t택배비\t배송료\n\n119\t소방서\n", "synonyms.tsv").groups == groups
    assert load(tmp_path, "").groups == Synonyms().groups == ()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("배송비: [택배비]\n환불: [택배비]", 'line 2: "택배비" is there in line 1 too: keep it in one group, once'),
        ("배송비: [택배비, 택배비]", 'line 1: "택배비" is there twice: keep it in one group, once'),
        ("가: [나]\n배송비: []", 'line 2: "배송비" stands alone: add a word that means the same'),
        ("가: [나]\n배송비: 택배비", 'line 2: "배송비" has no list of words: write 배송비: [택배비, 배송료]'),
        ("배송비: [yes]", None),
        ("배송비: [true]", "line 1: True is not a word: put it in quotation marks"),
        ("배송비: [{가: 나}]", "line 1: "),
        ("배송비: ['']", "line 1: a word is empty: delete it"),
        ("- 배송비", "line 1: not groups of words: write 배송비: [택배비, 배송료]"),
        ("가: [나]\n배송비: [택배비", "line 2: not YAML"),
        ("가: [나]\n가: [다]", "line 2: a word heads two groups: make them one"),
    ],
)
def test_a_mistake_names_its_line_and_the_cure(tmp_path: Path, text: str, sentence: str | None) -> None:
    if sentence is None:
        assert load(tmp_path, text).groups == (("배송비", "yes"),)
        return
    with pytest.raises(SynonymsInvalid) as mistake:
        load(tmp_path, text)
    assert str(mistake.value).startswith(f"{tmp_path}/synonyms.yaml {sentence}")
    assert "\n" not in str(mistake.value)


def test_a_list_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SynonymsInvalid, match=r'no synonyms ".*gone\.yaml": check "synonyms:" in aicc\.yaml'):
        Synonyms.load(tmp_path / "gone.yaml")
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xff")
    with pytest.raises(SynonymsInvalid, match="cannot be read"):
        Synonyms.load(tmp_path / "bytes.yaml")
