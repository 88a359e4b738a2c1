"""A measured number beside the limit that it must keep, and the commands of ours that measure."""

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from aicc.errors import AiccError


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number and what it must reach; ``at_least`` for those where more is better."""

    measure: str
    value: float
    limit: float
    unit: str
    at_least: bool = False

    @property
    def met(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit


def answer_of(*arguments: str) -> dict[str, Any]:
    """The line of JSON that a command of ours prints; in a process of its own, for its time and memory are its own."""
    command = [sys.executable, "-m", "aicc", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise AiccError(f"aicc {' '.join(arguments)} printed no figures: {done.stderr.strip()[-300:]}") from None
    if set(answer) == {"error"}:
        raise AiccError(f"aicc {' '.join(arguments)}: {answer['error']}")
    return answer
