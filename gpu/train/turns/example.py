"""One example to learn from."""

from typing import NamedTuple


class Example(NamedTuple):
    """A transcript as it stands at a pause; ``weight`` is how much it counts."""

    text: str
    is_end: bool
    weight: float
