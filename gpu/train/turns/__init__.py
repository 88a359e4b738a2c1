"""Trains what tells a finished utterance from an open one: ``python -m gpu.train.turns``."""
