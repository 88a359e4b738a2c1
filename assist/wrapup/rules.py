"""What a company's rules say of the note: the section ``wrapup`` of ``assist.yaml``."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Text = Annotated[str, Field(min_length=1)]


class Code(BaseModel):
    """A disposition code: what a call was about, as the company counts its calls.

    It is suggested where one of ``flows`` was walked and all of ``slots`` have these written values; else by the
    meaning of ``examples``, what callers say of it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: Text
    label: Text
    flows: tuple[Text, ...] = ()
    slots: dict[str, str] = {}
    examples: tuple[Text, ...] = ()


class WrapUpRules(BaseModel):
    """``no_words`` is the code of calls in which the caller said nothing, ``otherwise`` of those that nothing fits;
    empty: none is suggested.

    ``about`` are the slots that tell what an action was done to, beside the action in the note. ``holidays`` are left
    out where business days are counted, as weekends are. A chat model has ``model_ms`` for its wording.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    codes: tuple[Code, ...] = ()
    no_words: str = ""
    otherwise: str = ""
    about: tuple[Text, ...] = ()
    holidays: frozenset[date] = frozenset()
    model_ms: int = Field(default=800, ge=50, le=30_000)

    @model_validator(mode="after")
    def _codes_are_known(self) -> Self:
        known = [code.code for code in self.codes]
        if twice := sorted({code for code in known if known.count(code) > 1}):
            raise ValueError(f"codes are given twice: {', '.join(twice)}: give one of them another code")
        for name in ("no_words", "otherwise"):
            if (code := getattr(self, name)) and code not in known:
                raise ValueError(f'{name}: no code "{code}": there are {", ".join(known) or "none"}')
        return self

    @property
    def flows(self) -> frozenset[str]:
        """The flows that tell what a call is about."""
        return frozenset(flow for code in self.codes for flow in code.flows)

    def label(self, code: str) -> str:
        """Of a code; empty for one that there is not."""
        return next((one.label for one in self.codes if one.code == code), "")
