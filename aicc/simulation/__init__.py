"""Recorded callers that react: scripts, the sounds they make, how they behave, and what they hear of the bot."""
