"""The recognizer's network: two convolutions, three LSTMs and 120 ms of look-ahead, CTC over jamo.

A step is 30 ms. Steps see the future only through the look-ahead between the second and the third LSTM, so the network
streams with a fixed delay. The LSTM is the recurrence that CPUs train fastest (oneDNN's, in bfloat16 where the
processor has it); residual paths around each keep three of them trainable.
"""

import torch
from torch import Tensor, nn

from voicebot.stt import features, tokens

WIDTH = 384
NARROW = 96
LOOK_AHEAD = 4  # steps of 30 ms
FRAMES_A_STEP = 3
FIRST_KERNEL, SECOND_KERNEL = 3, 5
# 10 ms frames that one step looks at: from its own first one to six later.
FRAMES_SEEN = FIRST_KERNEL + SECOND_KERNEL - 1
GROUPS = 4


class Network(nn.Module):
    """(B, frames, BANDS) log-mels → (B, steps, BLANK + 1) scores, and phone scores for training."""

    def __init__(self, phones: int, width: int = WIDTH) -> None:
        super().__init__()
        self.first = nn.Conv1d(features.BANDS, NARROW, FIRST_KERNEL)
        self.second = nn.Conv1d(NARROW, width, SECOND_KERNEL, stride=FRAMES_A_STEP)
        self.recurrent = nn.ModuleList(nn.LSTM(width, width, batch_first=True) for _ in range(3))
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(5))
        self.ahead = nn.Conv1d(width, width, LOOK_AHEAD + 1, groups=GROUPS)
        self.widen = nn.Linear(width, 2 * width)
        self.narrow = nn.Linear(2 * width, width)
        self.spell = nn.Linear(width, tokens.BLANK + 1)
        self.sound = nn.Linear(width, phones)

    @staticmethod
    def steps(frames: Tensor) -> Tensor:
        """Steps the network makes of so many frames."""
        steps: Tensor = torch.div(frames - FRAMES_SEEN, FRAMES_A_STEP, rounding_mode="floor") + 1
        return steps

    def forward(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        hidden = nn.functional.silu(self.first(frames.transpose(1, 2)))
        hidden = nn.functional.silu(self.second(hidden)).transpose(1, 2)
        hidden = self._recur(0, hidden)
        hidden = self._recur(1, hidden)
        sounds = self.sound(hidden)
        future = nn.functional.pad(self.norms[2](hidden).transpose(1, 2), (0, LOOK_AHEAD))
        hidden = hidden + nn.functional.silu(self.ahead(future)).transpose(1, 2)
        hidden = hidden + self.narrow(nn.functional.silu(self.widen(self.norms[3](hidden))))
        hidden = self._recur(2, hidden)
        return self.spell(self.norms[4](hidden)), sounds

    def _recur(self, layer: int, hidden: Tensor) -> Tensor:
        norm = self.norms[layer] if layer < 2 else None
        output: Tensor = self.recurrent[layer](norm(hidden) if norm else hidden)[0]
        return hidden + output
