"""Texts made alike for search: syllables composed (NFC), small letters, no spaces.

Spaces say little in Korean speech: one recognizer hears 환불해 주세요, another 환불해주세요.
"""

import unicodedata


def folded(*texts: str) -> str:
    """Each of ``texts`` on a line of its own, what is alike once."""
    return "\n".join(dict.fromkeys("".join(unicodedata.normalize("NFC", text).casefold().split()) for text in texts))
