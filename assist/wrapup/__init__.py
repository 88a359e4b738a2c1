"""The note of a call, ready when the caller hangs up: what it was about, what was done, what was promised."""
