"""Writes the trained network as the product reads it: ``ecapa.onnx`` for ``assist.speaker.ecapa``."""

import warnings
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import nn

from assist.speaker import features

OPSET = 17


def export(network: nn.Module, path: Path) -> None:
    """Any number of sounds of any lengths; checked against PyTorch on sounds of different lengths."""
    network = network.float().cpu().eval()
    path.parent.mkdir(parents=True, exist_ok=True)
    example = torch.randn(2, 100, features.BANDS), torch.tensor([100, 60])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the exporter about itself
        torch.onnx.export(
            network,
            example,
            str(path),
            input_names=["frames", "counts"],
            output_names=["embeddings"],
            dynamic_axes={"frames": {0: "sounds", 1: "frames"}, "counts": {0: "sounds"}, "embeddings": {0: "sounds"}},
            opset_version=OPSET,
            dynamo=False,
        )
    difference = largest_difference(network, path)
    if difference > 1e-3:
        raise RuntimeError(f"the graph differs from the trained network by {difference:.4f} in an embedding")


@torch.no_grad()
def largest_difference(network: nn.Module, path: Path) -> float:
    """Largest difference of a number of an embedding from PyTorch's, alone and in a batch, on random features."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    counts = np.array([320, 91, 12, 1])
    frames = np.random.default_rng(0).normal(0, 1, (len(counts), counts.max(), features.BANDS)).astype(np.float32)
    frames[np.arange(counts.max()) >= counts[:, None]] = 0.0
    (together,) = session.run(None, {"frames": frames, "counts": counts})
    differences = []
    for row, count in enumerate(counts):
        alone = network(torch.from_numpy(frames[row : row + 1, :count]), torch.from_numpy(counts[row : row + 1]))
        differences.append(float(np.abs(together[row] - alone.numpy()[0]).max()))
    return max(differences)
