"""Trains the bundled recognizer; ``python -m gpu.train.recognizer`` is the command.

The phones that espeak-ng reports guide the middle of the network from the first step, which spares CTC its long blank
plateau; the guidance fades, since phones are not what is asked for.
"""

import logging
import math
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from gpu import device
from gpu.train.recognizer.network import Network
from gpu.train.recognizer.speech import IGNORED, PHONES, Batch, studio_batches
from voicebot.stt import tokens

log = logging.getLogger("train")

CHECKPOINT = "checkpoint.pt"


@dataclass(frozen=True, slots=True)
class Plan:
    """What makes a training run what it is; ``batch_seconds`` counts padding."""

    steps: int = 3600
    batch_seconds: float = 160.0
    seed: int = 20261122
    peak_rate: float = 2e-3
    last_rate: float = 2e-5
    warm_up: int = 200
    phone_weight: float = 0.5
    phone_weight_end: float = 0.05

    def learning_rate(self, step: int) -> float:
        if step < self.warm_up:
            return self.peak_rate * (step + 1) / self.warm_up
        done = (step - self.warm_up) / max(1, self.steps - self.warm_up)
        return self.last_rate + (self.peak_rate - self.last_rate) * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))

    def guidance(self, step: int) -> float:
        """Weight of the phone loss: fades over the first third."""
        done = min(1.0, 3 * step / self.steps)
        return self.phone_weight + (self.phone_weight_end - self.phone_weight) * done


def mask(features: Tensor, generator: torch.Generator) -> Tensor:
    """SpecAugment's masks (Park et al., 2019), kept small: a band of up to 7 mels, two stretches of up to 60 ms."""
    rows, frames, bands = features.shape
    for extent, widest, count in ((bands, 7, 1), (frames, 6, 2)):
        index = torch.arange(extent)
        for _ in range(count):
            width = torch.randint(0, widest + 1, (rows, 1), generator=generator)
            start = (torch.rand((rows, 1), generator=generator) * (extent - widest)).long()
            hidden = (index >= start) & (index < start + width)
            features = features.masked_fill(hidden[:, None, :] if extent == bands else hidden[:, :, None], 0.0)
    return features


def losses(network: Network, batch: Batch, on: torch.device, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """CTC loss per token and phone cross-entropy per step."""
    features = mask(torch.from_numpy(batch.features.astype(np.float32)), generator).to(on)
    with torch.autocast(on.type, dtype=torch.bfloat16):
        scores, sounds = network(features)
    steps = network.steps(torch.from_numpy(batch.frames))
    counts = torch.from_numpy(batch.token_counts)
    log_probabilities = scores.float().log_softmax(-1).transpose(0, 1)
    spelled = torch.from_numpy(batch.tokens).to(on)
    ctc = nn.functional.ctc_loss(
        log_probabilities, spelled, steps, counts, tokens.BLANK, reduction="sum", zero_infinity=True
    )
    known = torch.from_numpy(batch.phones[:, : sounds.shape[1]].astype(np.int64)).to(on)
    phones = nn.functional.cross_entropy(sounds.float().flatten(0, 1), known.flatten(), ignore_index=IGNORED)
    return ctc / counts.sum(), phones


def train(plan: Plan, data: Path, folder: Path, unspoken: frozenset[str], resume: bool = False) -> Network:
    """Runs the plan, writing ``folder/checkpoint.pt`` as it goes; ``unspoken`` sentences are never heard."""
    on = torch.device(device.choose().kind)
    torch.manual_seed(plan.seed)
    generator = torch.Generator().manual_seed(plan.seed)
    network = Network(len(PHONES)).to(on)
    optimizer = torch.optim.AdamW(network.parameters(), lr=plan.peak_rate, weight_decay=0.01, betas=(0.9, 0.98))
    first, heard_s = 0, 0.0
    folder.mkdir(parents=True, exist_ok=True)
    if resume:
        kept = torch.load(folder / CHECKPOINT, map_location=on, weights_only=True)
        network.load_state_dict(kept["network"])
        optimizer.load_state_dict(kept["optimizer"])
        first, heard_s = kept["step"], kept["heard_s"]
    log.info("%.2f M parameters on %s", sum(p.numel() for p in network.parameters()) / 1e6, on)
    # A resumed run must not hear again what it has heard, so the place it resumes at is part of the seed.
    batches = studio_batches(data, plan.seed + first * 1000, unspoken, plan.batch_seconds)
    began, averages = time.monotonic(), np.zeros(2)
    network.train()
    for step in range(first, plan.steps):
        batch = next(batches)
        for group in optimizer.param_groups:
            group["lr"] = plan.learning_rate(step)
        ctc, phones = losses(network, batch, on, generator)
        optimizer.zero_grad()
        torch.autograd.backward(ctc + plan.guidance(step) * phones)
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        heard_s += batch.seconds
        averages = 0.97 * averages + 0.03 * np.array([ctc.item(), phones.item()])
        if step % 25 == 24:
            pace = (time.monotonic() - began) / (step + 1 - first)
            shown = averages / (1 - 0.97 ** (step + 1 - first))
            log.info(
                "step %d: ctc %.3f phones %.3f, %.1f h heard, %.2f s a step", step + 1, *shown, heard_s / 3600, pace
            )
        if step % 100 == 99 or step + 1 == plan.steps:
            state = {
                "network": network.state_dict(),
                "optimizer": optimizer.state_dict(),
                "step": step + 1,
                "heard_s": heard_s,
            }
            torch.save(state, folder / "checkpoint.new")
            (folder / "checkpoint.new").replace(folder / CHECKPOINT)
    return network
