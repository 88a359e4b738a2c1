"""When the caller has finished: what was said, the caller's pace, the question that was asked, the keys."""
