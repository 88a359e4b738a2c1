"""Which failures are expected, and the one sentence that tells a person of each."""

import os

# Whatever these packages raise of their own carries a sentence for people; so does what the operating system says.
ROOMS = ("aicc", "assist", "gpu", "kb", "voicebot")


class AiccError(Exception):
    """Something that can happen on a good day; the message is one lower-case sentence with the way out."""


def sentence(error: Exception) -> str | None:
    """One line for a person, or None for an error that nobody foresaw: a bug.

    Rooms are told by the module of the error's class, so that no room has to be imported to catch its errors.
    """
    if any(base.__module__.partition(".")[0] in ROOMS for base in type(error).__mro__):
        return _one_line(str(error))
    if isinstance(error, OSError):
        return _of_the_system(error)
    return None


def _of_the_system(error: OSError) -> str:
    if error.errno is None:
        return _one_line(str(error)) or type(error).__name__
    what = os.strerror(error.errno).lower()
    path = error.filename if isinstance(error.filename, str) else None
    match error:
        case FileNotFoundError() if path:
            return f'no file "{path}": check the path'
        case PermissionError() if path:
            return f'no permission for "{path}": check who owns it, or run as that user'
        case _:
            return f'{what}: "{path}"' if path else what


def _one_line(text: str) -> str:
    return " ".join(text.split())
