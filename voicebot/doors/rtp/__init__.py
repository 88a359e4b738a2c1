"""One stream of RTP, whatever carries its packets: session descriptions, codecs, jitter, reports."""
