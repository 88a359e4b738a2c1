"""Recorded callers who talk to an agent, for whom somebody has to be at the desk."""
