from pathlib import Path

import pytest
import yaml

from assist.wrapup.rules import WrapUpRules
from assist.wrapup.wrapups import WrapUps
from kb.embedding import open_embedding

RULES = Path(__file__).parents[3] / "scenarios" / "nuri" / "assist" / "wrapup.yaml"


@pytest.fixture(scope="session")
def rules() -> WrapUpRules:
    """The sample company's."""
    return WrapUpRules.model_validate(yaml.safe_load(RULES.read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def embedding():
    return open_embedding("bundled", Path("models"))


@pytest.fixture(scope="session")
def service(rules, embedding) -> WrapUps:
    return WrapUps(rules, embedding)
