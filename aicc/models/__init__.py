"""Downloaded models: which there are, and how they get here, with a network or without."""
