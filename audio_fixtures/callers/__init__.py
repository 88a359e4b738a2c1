"""Scripts of recorded callers who call the sample company, and what they say as FLAC: ``NAME.01.flac`` and on."""

from pathlib import Path

FOLDER = Path(__file__).parent
