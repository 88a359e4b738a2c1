"""The speaker model that an installation has chosen, with what was measured of it."""

from __future__ import annotations

from pathlib import Path

from assist.speaker.calibration import BUNDLED, FILE_NAME
from assist.speaker.embedder import SpeakerEmbedder
from assist.speaker.model import SpeakerModel
from assist.speaker.scoring import scoring_for
from gpu.device import Device
from voicebot.vad import VoiceDetector


def open_model(choice: str, models: Path, device: Device, detector: VoiceDetector | None = None) -> SpeakerModel:
    """``bundled``, or ``speechbrain:NAME`` out of the folder ``models``, on ``device``.

    Raises :class:`assist.speaker.speechbrain.SpeechBrainUnavailable` where that cannot load, and
    :class:`assist.speaker.calibration.CalibrationInvalid`.
    """
    embedder, calibration = open_embedder(choice, models, device)
    return SpeakerModel(embedder, scoring_for(embedder, calibration), detector)


def open_embedder(choice: str, models: Path, device: Device) -> tuple[SpeakerEmbedder, Path]:
    """The embedder, and where its calibration lies once it has been measured."""
    engine, _, name = choice.partition(":")
    if engine == "speechbrain":
        from assist.speaker.speechbrain import SpeechBrainEcapa

        return SpeechBrainEcapa(models / name, device), models / name / FILE_NAME
    from assist.speaker.ecapa import BundledEcapa

    return BundledEcapa(device), BUNDLED
