"""Flows as pictures: Mermaid, and SVG with a layout of our own."""
