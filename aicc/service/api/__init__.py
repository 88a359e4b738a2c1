"""The service over HTTP and WebSockets: calls, their events as they happen, recordings, keys."""
