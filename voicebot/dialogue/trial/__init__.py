"""Conversation tests: written in YAML beside the flows, played without sound, judged turn by turn."""
