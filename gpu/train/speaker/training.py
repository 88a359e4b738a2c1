"""Trains the bundled speaker network; ``python -m gpu.train.speaker`` is the command.

The teacher has heard thousands of speakers and knows where in its space a voice lies. The student learns to find the
same place from a few seconds down a bad line (a regression of the cosine), and on the way there, block by block, to
know at each moment what the teacher's layers know (Romero et al., "FitNets", ICLR 2015). Telling the training speakers
apart, the usual loss, would teach it these few by heart.
"""

import copy
import logging
import math
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from assist.speaker import features
from assist.speaker.trials import eer
from gpu import device
from gpu.train.speaker.examples import Batch, Examples, Space, to_telephone_rate
from gpu.train.speaker.line import Line, telephone_band
from gpu.train.speaker.muon import Muon
from gpu.train.speaker.network import Network
from gpu.train.speaker.teacher import LAYERS, WIDTH, Teacher
from gpu.train.speaker.teacher import RATE_HZ as TEACHER_HZ
from gpu.train.speaker.voices import Sound, Voices

log = logging.getLogger("train")

CHECKPOINT = "checkpoint.pt"
MEASURED_S = 3
WEIGHT_DECAY = 0.02


@dataclass(frozen=True, slots=True)
class Plan:
    """What makes a training run what it is."""

    minutes: float = 60.0
    batch: int = 48
    seed: int = 20261122
    peak_rate: float = 2e-3
    warm_up: float = 0.03  # of the minutes
    hints: float = 0.5  # weight of what is known on the way beside where it leads
    average: float = 0.999  # of weights kept from step to step
    check_minutes: float = 5.0

    def learning_rate(self, done: float) -> float:
        """``done`` of the minutes, 0 to 1: up in a line, down in half a cosine."""
        if done < self.warm_up:
            return self.peak_rate * (done / self.warm_up + 0.01)
        left = (done - self.warm_up) / (1 - self.warm_up)
        return self.peak_rate * (0.001 + 0.5 * (1 + math.cos(math.pi * min(1.0, left))))


class Hints(nn.Module):
    """How far what the student's blocks know is from what the teacher's layers know, 1 for a student who knows nothing.

    Linear readings of each block's output; a difference counts in units of what each number varies by in the batch.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.readings = nn.ModuleList(nn.Conv1d(channels, WIDTH, 1) for _ in range(LAYERS))

    def forward(self, outputs: list[Tensor], states: Tensor) -> Tensor:
        """``outputs`` (B, channels, steps) of each block, ``states`` (B, steps, LAYERS, WIDTH)."""
        missed = []
        for layer, (reading, output) in enumerate(zip(self.readings, outputs, strict=True)):
            known = states[:, :, layer].transpose(1, 2).float()
            spread = known.std(dim=(0, 2), keepdim=True)
            known = (known - known.mean(dim=(0, 2), keepdim=True)) / spread.clamp(min=float(spread.mean()) / 4)
            missed.append((reading(output).float() - known).square().mean())
        return torch.stack(missed).mean()


@dataclass(slots=True)
class Progress:
    """Where a run stands: what it has spent and heard."""

    step: int = 0
    minutes: float = 0.0
    crops: int = 0


@dataclass(frozen=True, slots=True)
class Generalization:
    """On speakers never trained on, 3 s against 3 s of one recording each; fractions.

    ``away`` is one minus the mean cosine to the teacher's place, in the telephone band.
    """

    away: float
    telephone_eer: float
    bad_line_eer: float


class Trainer:
    """A run that can be left and taken up again: student, average of its weights, optimizer."""

    def __init__(self, plan: Plan, learnt: list[Sound], held_out: list[Sound], judge: Teacher, folder: Path) -> None:
        """``learnt`` and ``held_out`` are recordings at 16 kHz, one of each speaker."""
        torch.manual_seed(plan.seed)
        self._plan, self._voices, self._judge, self._folder = plan, Voices(learnt), judge, folder
        self._on = torch.device(device.choose().kind)
        self._student = Network().to(self._on)
        self._hints = Hints(self._student.channels).to(self._on)
        self.averaged = copy.deepcopy(self._student).eval()
        # The last layer's rows are the embedding's numbers, each on its own, and so no matrix to Muon.
        last = set(self._student.embed.parameters())
        matrices = [weight for weight in self._student.parameters() if weight.ndim > 1 and weight not in last]
        others = [weight for weight in self._student.parameters() if weight.ndim == 1 or weight in last]
        others += self._hints.parameters()
        self._optimizers = (
            Muon(matrices, lr=plan.peak_rate, weight_decay=WEIGHT_DECAY),
            torch.optim.AdamW(others, lr=plan.peak_rate, weight_decay=WEIGHT_DECAY, betas=(0.9, 0.98)),
        )
        self.progress = Progress()
        self._held_out = _pieces(held_out)
        self._space = Examples(self._voices, judge, plan.batch, plan.seed).survey()

    def train(self) -> None:
        """Runs the plan to its end, writing ``checkpoint.pt`` at every check."""
        plan, progress = self._plan, self.progress
        # A resumed run must not hear again what it has heard, so the place it resumes at is part of the seed.
        examples = Examples(self._voices, self._judge, plan.batch, plan.seed + progress.step)
        last, checked, shown = time.monotonic(), progress.minutes, np.zeros(3)
        self._student.train()
        for batch in examples.batches(self._space):
            done = progress.minutes / plan.minutes
            if done >= 1:
                break
            for optimizer in self._optimizers:
                for group in optimizer.param_groups:
                    group["lr"] = plan.learning_rate(done)
            shown = 0.98 * shown + 0.02 * np.array([1.0, *self._step(batch)])
            progress.step += 1
            progress.crops += len(batch.frames)
            now = time.monotonic()
            progress.minutes += (now - last) / 60
            last = now
            if progress.step % 50 == 0:
                log.info(
                    "step %d, %.1f of %.0f minutes, %d crops: %.3f from the teacher, hints %.3f",
                    progress.step,
                    progress.minutes,
                    plan.minutes,
                    progress.crops,
                    *shown[1:] / shown[0],
                )
            if progress.minutes - checked >= plan.check_minutes:
                checked = progress.minutes
                self.keep()
                self.generalization()
        self.keep()

    def _step(self, batch: Batch) -> tuple[float, float]:
        frames, places, states = (part.to(self._on) for part in (batch.frames, batch.places, batch.states))
        with torch.autocast(self._on.type, torch.bfloat16):
            embeddings, outputs = self._student.hear(frames, whole(frames))
            missed = self._hints(outputs, states)
        away = (1 - (embeddings.float() * places).sum(1)).mean()
        self._student.zero_grad()
        self._hints.zero_grad()
        torch.autograd.backward(away + self._plan.hints * missed)
        nn.utils.clip_grad_norm_(self._student.parameters(), 1.0)
        for optimizer in self._optimizers:
            optimizer.step()
        self._average()
        return float(away.detach()), float(missed.detach())

    @torch.no_grad()
    def _average(self) -> None:
        """Exponential, over more steps as there are more; batch normalization's statistics with the weights."""
        kept = min(self._plan.average, (1 + self.progress.step) / (10 + self.progress.step))
        now = self._student.state_dict()
        for name, value in self.averaged.state_dict().items():
            if value.is_floating_point():
                value.lerp_(now[name], 1 - kept)
            else:
                value.copy_(now[name])

    @torch.no_grad()
    def generalization(self, network: nn.Module | None = None) -> Generalization:
        """Of ``network``, or else the averaged weights, on the held-out speakers; over the same lines each time."""
        network = network or self.averaged
        pieces = [piece for _, piece in self._held_out]
        places = self._space.places(self._judge.hear(pieces).embeddings)
        narrow = [to_telephone_rate(piece) for piece in pieces]
        random = np.random.default_rng(0)
        line = Line(random, narrow[::3])
        one, other = np.triu_indices(len(pieces), 1)
        speakers = np.array([speaker for speaker, _ in self._held_out])
        away, errors = [], []
        for heard in ([telephone_band(piece) for piece in narrow], [line(piece, random) for piece in narrow]):
            frames = torch.from_numpy(features.log_mel(np.stack(heard))).to(self._on)
            embeddings = network(frames, whole(frames)).cpu()
            away.append(float(1 - (embeddings * places).sum(1).mean()))
            errors.append(eer((embeddings[one] * embeddings[other]).sum(1).numpy(), speakers[one] == speakers[other]))
        found = Generalization(away[0], *errors)
        log.info(
            "held-out speakers: %.3f from the teacher, EER %.2f %%, on bad lines %.2f %%",
            found.away,
            100 * found.telephone_eer,
            100 * found.bad_line_eer,
        )
        return found

    def keep(self) -> None:
        state = {
            "student": self._student.state_dict(),
            "hints": self._hints.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self._optimizers],
            "space": [self._space.mean, self._space.axes],
            "progress": [self.progress.step, self.progress.minutes, self.progress.crops],
        }
        self._folder.mkdir(parents=True, exist_ok=True)
        torch.save(state, self._folder / "checkpoint.new")
        (self._folder / "checkpoint.new").replace(self._folder / CHECKPOINT)

    def resume(self) -> None:
        """Goes on from the last checkpoint in the folder."""
        kept = torch.load(self._folder / CHECKPOINT, map_location=self._on, weights_only=True)
        self._student.load_state_dict(kept["student"])
        self._hints.load_state_dict(kept["hints"])
        self.averaged.load_state_dict(kept["averaged"])
        for optimizer, state in zip(self._optimizers, kept["optimizers"], strict=True):
            optimizer.load_state_dict(state)
        self._space = Space(*kept["space"])
        self.progress = Progress(*kept["progress"])


def whole(frames: Tensor) -> Tensor:
    """The counts of sounds that are all as long as the batch."""
    return torch.full((len(frames),), frames.shape[1], device=frames.device)


def _pieces(sounds: list[Sound]) -> list[tuple[int, Sound]]:
    """Number of the speaker and 3 s at 16 kHz, one piece after another; whole ones only."""
    length = MEASURED_S * TEACHER_HZ
    return [
        (speaker, sound[start : start + length])
        for speaker, sound in enumerate(sounds)
        for start in range(0, len(sound) - length + 1, length)
    ]
