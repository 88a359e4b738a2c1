"""Which processor does the work: a CUDA GPU where there is one that works, else the CPU."""

import itertools
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

_PROC = Path("/proc/driver/nvidia/gpus")
_DEV = Path("/dev")


@dataclass(frozen=True, slots=True)
class Device:
    """A processor to compute on; ``kind`` is also PyTorch's and CTranslate2's name for it."""

    kind: Literal["cuda", "cpu"]
    name: str
    cores: int

    @property
    def is_gpu(self) -> bool:
        return self.kind == "cuda"


def cores() -> int:
    """CPU cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def choose(wanted: Literal["auto", "cuda", "cpu"] = "auto") -> Device:
    """The device to use, asked of whichever library is installed; ``RuntimeError`` if CUDA is wanted and absent."""
    name = _cuda_name() if wanted != "cpu" else None
    if name is not None:
        return Device("cuda", name, cores())
    if wanted == "cuda":
        raise RuntimeError('no CUDA device: check "nvidia-smi", or set device: cpu')
    return Device("cpu", "CPU", cores())


def gpu_count() -> int:
    """How many CUDA GPUs this process may use, as the driver tells, without loading any library."""
    there = _told_by_driver()
    allowed = os.environ.get("CUDA_VISIBLE_DEVICES")
    if allowed is None:
        return there
    # CUDA takes the devices before the first that is none
    named = itertools.takewhile(lambda name: name not in ("", "-1"), map(str.strip, allowed.split(",")))
    return min(there, len(list(named)))


def _told_by_driver() -> int:
    try:
        return len(list(_PROC.iterdir()))
    except OSError:  # some containers see the devices alone
        return len([path for path in _DEV.glob("nvidia*") if path.name.removeprefix("nvidia").isdecimal()])


# Absent, without its own libraries, or with a driver too old for it.
_UNUSABLE = (ImportError, OSError, RuntimeError)


def _cuda_name() -> str | None:
    """The first GPU's name, as far as PyTorch or CTranslate2, each in its own build, can see one."""
    try:
        import torch

        if torch.cuda.is_available():
            return str(torch.cuda.get_device_name(0))
    except _UNUSABLE:
        pass
    try:
        import ctranslate2

        return "CUDA" if ctranslate2.get_cuda_device_count() > 0 else None
    except _UNUSABLE:
        return None
