"""What helps a person while they talk. It reads the log of a call and never touches the call."""
