"""A small ECAPA-TDNN: Desplanques, Thienpondt, Demuynck, "ECAPA-TDNN", Interspeech 2020, in SpeechBrain's arrangement.

Three squeeze-and-excitation Res2 blocks of growing dilation, their outputs side by side, attentive statistics pooling
that sees the whole utterance, 192 numbers out. The first convolution takes two 10 ms frames at a step, which halves the
work of all that follow.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from assist.speaker import features
from assist.speaker.ecapa import EMBEDDING_SIZE

STRIDE = 2
DILATIONS = (2, 3, 4)
DROPPED = 0.2  # in training, of the statistics


@dataclass(frozen=True, slots=True)
class Shape:
    """``scale`` is the number of Res2Net's groups (Gao et al., 2019); the others are channels."""

    channels: int = 256
    scale: int = 4
    joined: int = 640
    squeeze: int = 96
    attention: int = 96


class Tdnn(nn.Sequential):
    """Convolution over time, ReLU, batch normalization, in this order; the length stays."""

    def __init__(self, given: int, made: int, kernel: int = 1, dilation: int = 1, stride: int = 1) -> None:
        padding = dilation * (kernel - 1) // 2
        convolution = nn.Conv1d(given, made, kernel, stride, padding, dilation)
        super().__init__(convolution, nn.ReLU(), nn.BatchNorm1d(made))


class Res2(nn.Module):
    """Groups of channels, each convolved together with what the group before became."""

    def __init__(self, channels: int, scale: int, dilation: int) -> None:
        super().__init__()
        self.scale = scale
        group = channels // scale
        self.groups = nn.ModuleList(Tdnn(group, group, 3, dilation) for _ in range(scale - 1))

    def forward(self, given: Tensor, heard: Tensor) -> Tensor:
        first, *others = given.chunk(self.scale, dim=1)
        made, last = [first], torch.zeros_like(first)
        for group, part in zip(self.groups, others, strict=True):
            last = group((part + last) * heard)
            made.append(last)
        return torch.cat(made, dim=1)


class Squeeze(nn.Module):
    """Squeeze and excitation: what the whole utterance is like scales each channel (Hu et al., 2018)."""

    def __init__(self, channels: int, squeeze: int) -> None:
        super().__init__()
        self.gates = nn.Sequential(
            nn.Conv1d(channels, squeeze, 1), nn.ReLU(), nn.Conv1d(squeeze, channels, 1), nn.Sigmoid()
        )

    def forward(self, given: Tensor, share: Tensor) -> Tensor:
        gated: Tensor = given * self.gates((given * share).sum(dim=2, keepdim=True))
        return gated


class Block(nn.Module):
    def __init__(self, shape: Shape, dilation: int) -> None:
        super().__init__()
        self.inside = nn.ModuleList(
            [
                Tdnn(shape.channels, shape.channels),
                Res2(shape.channels, shape.scale, dilation),
                Tdnn(shape.channels, shape.channels),
                Squeeze(shape.channels, shape.squeeze),
            ]
        )

    def forward(self, given: Tensor, heard: Tensor, share: Tensor) -> Tensor:
        before, convolve, after, squeeze = self.inside
        added: Tensor = given + squeeze(after(convolve(before(given), heard)), share)
        return added


class AttentiveStatistics(nn.Module):
    """(B, channels, T) → (B, 2 channels): weighted mean and deviation, each channel with its own weights over time."""

    def __init__(self, channels: int, attention: int) -> None:
        super().__init__()
        self.look = Tdnn(3 * channels, attention)
        self.weigh = nn.Conv1d(attention, channels, 1)

    def forward(self, given: Tensor, heard: Tensor, share: Tensor) -> Tensor:
        context = torch.cat(_statistics(given, share), dim=1).expand(-1, -1, given.shape[2])
        weights = self.weigh(self.look(torch.cat([given, context], dim=1)).tanh())
        weights = (weights + (heard - 1) * _NEVER).softmax(dim=2)
        return torch.cat(_statistics(given, weights), dim=1).squeeze(2)


_NEVER = 1e4  # as a logarithm: of no weight


def _statistics(given: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation over time, (B, channels, 1) each."""
    mean = (weights * given).sum(dim=2, keepdim=True)
    variance = (weights * (given - mean).square()).sum(dim=2, keepdim=True)
    return mean, variance.clamp(min=1e-6).sqrt()


class Network(nn.Module):
    """(B, frames, BANDS) log-mels → (B, EMBEDDING_SIZE) of length 1.

    ``counts`` (B,) tells how many frames each sound has; the rest, which must be 0, changes nothing.
    """

    def __init__(self, shape: Shape | None = None) -> None:
        super().__init__()
        shape = shape or Shape()
        self.channels = shape.channels
        self.first = Tdnn(features.BANDS, shape.channels, 5, stride=STRIDE)
        self.blocks = nn.ModuleList(Block(shape, dilation) for dilation in DILATIONS)
        self.join = Tdnn(len(DILATIONS) * shape.channels, shape.joined)
        self.pool = AttentiveStatistics(shape.joined, shape.attention)
        self.norm = nn.BatchNorm1d(2 * shape.joined)
        self.drop = nn.Dropout(DROPPED)
        self.embed = nn.Linear(2 * shape.joined, EMBEDDING_SIZE)

    def forward(self, frames: Tensor, counts: Tensor) -> Tensor:
        return self.hear(frames, counts)[0]

    def hear(self, frames: Tensor, counts: Tensor) -> tuple[Tensor, list[Tensor]]:
        """The embeddings, and what each block makes of each step, (B, channels, steps)."""
        hidden = self.first(frames.transpose(1, 2))
        steps = torch.arange(hidden.shape[2], device=hidden.device) * STRIDE
        heard = (steps[None, None, :] < counts[:, None, None]).to(hidden.dtype)
        share = heard / heard.sum(dim=2, keepdim=True)
        outputs = []
        for block in self.blocks:
            hidden = block(hidden, heard, share)
            outputs.append(hidden)
        pooled = self.norm(self.pool(self.join(torch.cat(outputs, dim=1)), heard, share))
        return nn.functional.normalize(self.embed(self.drop(pooled)), dim=1), outputs
