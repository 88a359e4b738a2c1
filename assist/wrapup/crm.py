"""To which system notes of calls go, and with what they are signed: what ``aicc.yaml`` says under ``crm``."""

from __future__ import annotations

import os
import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError, Url

SHORTEST_KEY_BYTES = 16


class CrmKeyUnusable(RuntimeError):
    """Notes are to be delivered, and there is no key to sign them with; the message never holds it."""


def _address(value: str) -> str:
    try:
        parts = Url(value)
    except ValueError:
        parts = None
    # a password in the address would lie in the database, and on the screens of all who see deliveries
    if parts is None or parts.scheme not in ("http", "https") or parts.username or parts.password or parts.fragment:
        raise PydanticCustomError("address", "write an address such as https://crm.example/hooks/aicc")
    return value


def _variable(value: str) -> str:
    # the value is not quoted: it may be the key itself
    if not re.fullmatch(r"[A-Z][A-Z0-9_]*", value, re.ASCII):
        raise PydanticCustomError("variable", "write the name of an environment variable, as in AICC_CRM_KEY")
    return value


class CrmSettings(BaseModel):
    """Where notes of calls go: ``crm:`` in ``aicc.yaml``.

    ``key_from`` names the environment variable that holds the key which signs them. A receiver has ``timeout_s`` for
    its whole answer. What does not arrive is tried for ``keep_trying_hours``, then kept as failed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: Annotated[str, AfterValidator(_address)]
    key_from: Annotated[str, AfterValidator(_variable)] = "AICC_CRM_KEY"
    timeout_s: float = Field(default=10.0, ge=0.1, le=120)
    keep_trying_hours: float = Field(default=72.0, ge=0, le=24 * 365)

    def key(self) -> bytes:
        """Raises :class:`CrmKeyUnusable`."""
        key = os.environ.get(self.key_from, "").encode("utf-8", "surrogateescape")
        if len(key) < SHORTEST_KEY_BYTES:
            fact = f"holds less than {SHORTEST_KEY_BYTES} characters" if key else "holds no key"
            raise CrmKeyUnusable(
                f'{self.key_from} {fact}: set it, here and at the CRM; "openssl rand -hex 32" makes one'
            )
        return key
