"""Callers from web pages: ICE and DTLS, with the same RTP stream as a telephone has."""
