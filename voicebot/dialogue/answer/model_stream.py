"""A model's sentences in time, or the reason why there are none."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from langchain_core.runnables import Runnable
from langchain_core.runnables.utils import Input

from voicebot.dialogue.answer.sentence_parser import Sentence


class ModelFailed(Exception):
    """The model will not finish this answer; ``is_down`` where that is its state and not its words."""

    def __init__(self, what: str, *, is_down: bool) -> None:
        super().__init__(what)
        self.is_down = is_down


class Patience:
    """Until when a caller waits: ``first_ms`` for the first thing said, ``whole_ms`` for the last, both from now."""

    def __init__(self, first_ms: int, whole_ms: int) -> None:
        self._began_s = asyncio.get_running_loop().time()
        self._whole_ms = whole_ms
        self.limit_ms = min(first_ms, whole_ms)

    @property
    def ends_at_s(self) -> float:
        """In the time of the running loop."""
        return self._began_s + self.limit_ms / 1000

    def first_was_said(self) -> None:
        self.limit_ms = self._whole_ms


async def sentences_in_time(
    chain: Runnable[Input, Sentence], question: Input, patience: Patience
) -> AsyncGenerator[str, None]:
    """What ``chain`` streams; raises :class:`ModelFailed` for whatever goes wrong, and never anything else.

    Closing it, as its end does, closes the chain and with it the connection.
    """
    said_anything = False
    async with aclosing(chain.astream(question)) as sentences:  # type: ignore[type-var]  # it is a generator
        while True:
            try:
                async with asyncio.timeout_at(patience.ends_at_s):
                    sentence = await anext(sentences, None)
            except TimeoutError:
                what = "went silent" if said_anything else "said nothing"
                raise ModelFailed(f"the model {what} within {patience.limit_ms} ms", is_down=True) from None
            except Exception as error:  # whatever a server sends that is none: every client has its own errors for it
                raise ModelFailed(f"the model {_described(error)}", is_down=True) from error
            if sentence is None:
                break
            said_anything = True
            yield sentence.text
    if not said_anything:
        raise ModelFailed("the model gave an empty answer", is_down=True)


_MESSAGE_CHARACTERS = 120


def _described(error: Exception) -> str:
    status = getattr(error, "status_code", None)
    while not status and error.__cause__ is not None and isinstance(error.__cause__, Exception):
        error = error.__cause__  # clients wrap what happened in words that say nothing
    message = " ".join(str(error).split())[:_MESSAGE_CHARACTERS]
    return f"answered {status}: {message}" if status else f"broke down: {type(error).__name__}: {message}"
