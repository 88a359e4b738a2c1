"""What differs between two crops of one speaker is made to count less than what differs between speakers.

Within-class covariance normalization (Hatch, Kajarekar, Stolcke, Interspeech 2006): the embeddings of the training
speakers, over several lines, tell in which directions one voice strays; there the space is shrunk.
"""

import numpy as np
import torch
from torch import Tensor, nn

from assist.speaker import features
from gpu.train.speaker.line import Line, telephone_band
from gpu.train.speaker.network import Network
from gpu.train.speaker.voices import RATE_HZ, Random, Sound

PIECE_S = 3
LINES = 2  # that each piece is heard over, besides the one that embeddings are measured on
# How round the covariance is made: a few thousand crops do not tell all directions, and memory tells some too well.
ROUNDNESS = 0.3
_AT_ONCE = 32


class Whitened(nn.Module):
    """The network and the normalization after it: (B, frames, BANDS), counts (B,) → (B, EMBEDDING_SIZE), length 1."""

    def __init__(self, network: Network, mean: Tensor, matrix: Tensor) -> None:
        super().__init__()
        self.network = network
        self.mean, self.matrix = nn.Buffer(mean), nn.Buffer(matrix)

    def forward(self, frames: Tensor, counts: Tensor) -> Tensor:
        return nn.functional.normalize((self.network(frames, counts) - self.mean) @ self.matrix, dim=1)


def whitened(network: Network, speakers: list[Sound], random: Random) -> Whitened:
    """``speakers`` as recorded, at 8 kHz; recordings shorter than two pieces tell nothing and are left out."""
    length = PIECE_S * RATE_HZ
    cut = [[sound[start : start + length] for start in range(0, len(sound) - length + 1, length)] for sound in speakers]
    cut = [pieces for pieces in cut if len(pieces) > 1]
    line = Line(random, [pieces[0] for pieces in cut])
    network = network.float().cpu().eval()
    means, strays = [], []
    for pieces in cut:
        heard = [telephone_band(piece) for piece in pieces]
        heard += [line(piece, random) for piece in pieces for _ in range(LINES)]
        embeddings = _embed(network, heard)
        means.append(embeddings.mean(0))
        strays.append(embeddings - means[-1])
    return Whitened(network, torch.stack(means).mean(0), root_of_inverse(torch.cat(strays)))


def root_of_inverse(strays: Tensor) -> Tensor:
    """(n, size) differences from means → (size, size), the symmetric matrix that makes their covariance round.

    ``ROUNDNESS`` of it is made round first. Its mean eigenvalue is one.
    """
    covariance = strays.T @ strays / len(strays)
    power, axes = torch.linalg.eigh(covariance)
    power = (1 - ROUNDNESS) * power.clamp(min=0) + ROUNDNESS * power.mean()
    matrix: Tensor = axes @ (power**-0.5).diag() @ axes.T
    scaled: Tensor = matrix / torch.linalg.eigvalsh(matrix).mean()
    return scaled


@torch.no_grad()
def _embed(network: Network, sounds: list[Sound]) -> Tensor:
    frames = torch.from_numpy(features.log_mel(np.stack(sounds)))
    counts = torch.full((len(frames),), frames.shape[1])
    parts = zip(torch.split(frames, _AT_ONCE), torch.split(counts, _AT_ONCE), strict=True)
    return torch.cat([network(*part) for part in parts])
