"""Telephones at the front: what SIP asks for becomes a call of a media process, and each end hears of the other's."""
