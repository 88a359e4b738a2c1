"""Inference processes: one for each GPU where the recognizer computes on it, or one on the CPU where that is wished."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aicc.service.data_folder import run_folder
from aicc.settings import Settings
from gpu.device import gpu_count
from voicebot.stt.inference_process import InferenceProcess

ON_A_GPU = ("whisper",)  # the others stream on the CPU, in the media processes


def devices(settings: Settings) -> tuple[str, ...]:
    """Where inference processes compute, one each; none where the media processes do it themselves."""
    if settings.inference == "cpu":
        return ("cpu",)
    uses_gpu = settings.recognizer.partition(":")[0] in ON_A_GPU and settings.device != "cpu"
    if settings.inference == "none" or not uses_gpu:
        return ()
    return tuple(f"cuda:{number}" for number in range(gpu_count()))


def sockets(settings: Settings, data: Path) -> tuple[Path, ...]:
    return tuple(run_folder(data) / f"inference-{number}.sock" for number in range(len(devices(settings))))


def processes(settings: Settings, data: Path) -> Sequence[InferenceProcess]:
    """Not started yet; what befalls them is in the log of every call, as the media processes notice it too."""
    return [
        InferenceProcess(socket, settings.recognizer, settings.models, device)
        for socket, device in zip(sockets(settings, data), devices(settings), strict=True)
    ]
