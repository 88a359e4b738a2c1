"""Korean as it is written and as it is said: ``to_written`` for people who read, ``to_spoken`` for the mouth."""

from .rewrite import Rewritten, Span
from .spoken import to_spoken
from .written import to_written

__all__ = ["Rewritten", "Span", "to_spoken", "to_written"]
