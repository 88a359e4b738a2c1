"""What designers write: scenarios and flows in YAML, read, judged and published as schemas."""
