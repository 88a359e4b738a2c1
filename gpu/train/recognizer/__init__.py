"""The bundled recognizer: what it hears, how it learns, and how it is written down (docs/training.md)."""
