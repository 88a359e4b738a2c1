"""The running service: the front, its media processes, the API."""
