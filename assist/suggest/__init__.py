"""What would help whoever answers the caller now: entries of the knowledge base, a reply, questions, phrases."""
