"""Which chat model answers, and how long callers wait for it: what ``aicc.yaml`` says under ``answers``."""

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError, Url


def _address(value: str) -> str:
    try:
        parts = Url(value)
    except ValueError:
        parts = None
    if parts is None or parts.scheme not in ("http", "https") or parts.username or parts.query:
        raise PydanticCustomError("address", "write an address such as http://127.0.0.1:8000/v1")
    return value.rstrip("/")


def _variable(value: str) -> str:
    # the value is not quoted: it may be the key itself
    if not (value.replace("_", "").isalnum() and value.isascii() and value.isupper()):
        raise PydanticCustomError("variable", "write the name of an environment variable, as in AICC_ANSWERS_KEY")
    return value


class Endpoint(BaseModel):
    """A model at an OpenAI-compatible endpoint; ``url`` goes up to ``/v1``.

    ``key_from`` names the environment variable that holds the key. The first sentence has to be there within
    ``first_clause_ms`` of the question, the last within ``whole_ms``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: Annotated[str, AfterValidator(_address)]
    model: str = Field(min_length=1)
    key_from: Annotated[str, AfterValidator(_variable)] | None = None
    first_clause_ms: int = Field(default=900, ge=50, le=10_000)
    whole_ms: int = Field(default=6_000, ge=100, le=60_000)
    most_tokens: int = Field(default=250, ge=20, le=2_000)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.whole_ms < self.first_clause_ms:
            raise PydanticCustomError("order", "write a whole_ms that is not shorter than first_clause_ms")
        return self
