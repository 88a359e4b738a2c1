"""Speech or not: webrtcvad as the cheap first gate, Silero as the judge."""

from voicebot.vad.activity import UnusableSound, VoiceActivity, VoiceDetector
from voicebot.vad.boundaries import VoiceEnded, VoiceEvent, VoiceStarted

__all__ = ["UnusableSound", "VoiceActivity", "VoiceDetector", "VoiceEnded", "VoiceEvent", "VoiceStarted"]
