"""Calls as a page to look at: what was said and heard, how it sounded, how long each answer took."""
