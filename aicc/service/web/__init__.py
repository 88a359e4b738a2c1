"""Callers from web pages: the page with one button, the call button for a company's own site, and what both ask for."""
