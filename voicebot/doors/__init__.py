"""Where calls come in: each door turns its wire into what the live call understands, and back."""
