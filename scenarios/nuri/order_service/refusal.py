"""How the order service says no."""

from typing import Any


class Refusal(Exception):
    """A request that cannot be met, answered as ``{"error": {"code", "message", …}}``.

    ``code`` is for the program that asked, ``message`` a Korean sentence that a caller may hear; ``facts`` are
    further JSON values beside the two, such as the hours that are still free.
    """

    def __init__(self, status: int, code: str, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.facts = facts

    def body(self) -> dict[str, Any]:
        return {"error": {"code": self.code, "message": self.message, **self.facts}}
