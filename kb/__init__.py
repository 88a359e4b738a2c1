"""What the company knows, and the Korean morphology that knowing needs. Knows nothing of calls."""
