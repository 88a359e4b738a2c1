"""What a model wants to read before a text, so that it knows what the text is."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Prefixes:
    question: str = ""
    document: str = ""

    @classmethod
    def of(cls, folder: Path) -> "Prefixes":
        """Of the model in ``folder``: as its ``config_sentence_transformers.json`` says, else by its name.

        E5 (Wang et al., "Multilingual E5 Text Embeddings", 2024) was trained with "query: " and "passage: ", and its
        publisher's files do not say so.
        """
        prompts = read_json(folder / "config_sentence_transformers.json").get("prompts")
        if isinstance(prompts, dict) and any(prompts.values()):
            document = prompts.get("document") or prompts.get("passage") or ""
            return cls(str(prompts.get("query") or ""), str(document))
        return cls.of_name(folder.name)

    @classmethod
    def of_name(cls, model: str) -> "Prefixes":
        """By the model's name alone."""
        is_e5 = "e5" in re.split(r"[^a-z0-9]", model.lower())
        return cls("query: ", "passage: ") if is_e5 else cls()


def read_json(path: Path) -> dict[str, Any]:
    """What the file holds, or nothing where it is missing or no JSON object: every such file is optional."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
