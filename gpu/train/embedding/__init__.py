"""Trains the bundled embedding and the ranking that goes with it: ``python -m gpu.train.embedding``."""
