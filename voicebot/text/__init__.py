"""Korean as it is written and as it is said: ``to_written`` for people who read, ``to_spoken`` for the mouth."""

from voicebot.text.rewrite import Rewritten, Span
from voicebot.text.spoken import to_spoken
from voicebot.text.written import to_written

__all__ = ["Rewritten", "Span", "to_spoken", "to_written"]
