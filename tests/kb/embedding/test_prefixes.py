import json
from pathlib import Path

import pytest

from kb.embedding.prefixes import Prefixes


@pytest.mark.parametrize(
    ("name", "question", "document"),
    [
        ("multilingual-e5-small", "query: ", "passage: "),
        ("intfloat/multilingual-e5-base", "query: ", "passage: "),
        ("E5_large", "query: ", "passage: "),
        ("bge-m3", "", ""),
        ("the5th", "", ""),
    ],
)
def test_the_name_tells_what_a_model_was_trained_with(name: str, question: str, document: str) -> None:
    assert Prefixes.of_name(name) == Prefixes(question, document)


def test_what_the_model_says_of_itself_goes_first(tmp_path: Path) -> None:
    folder = tmp_path / "my-e5"
    folder.mkdir()
    said = folder / "config_sentence_transformers.json"
    assert Prefixes.of(folder) == Prefixes("query: ", "passage: ")
    said.write_text(json.dumps({"prompts": {"query": "질문: ", "document": "문서: "}}))
    assert Prefixes.of(folder) == Prefixes("질문: ", "문서: ")
    said.write_text(json.dumps({"prompts": {"query": "", "document": ""}}))
    assert Prefixes.of(folder) == Prefixes("query: ", "passage: ")
    said.write_text("[]")
    assert Prefixes.of(folder) == Prefixes("query: ", "passage: ")
