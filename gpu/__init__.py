"""Devices, and the training of the bundled models."""
