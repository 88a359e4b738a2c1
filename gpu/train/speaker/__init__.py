"""Training of the bundled speaker embedding."""
