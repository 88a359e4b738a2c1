"""The sample companies: what they know, what they say, and the back offices that their flows call."""
