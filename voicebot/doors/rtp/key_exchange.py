"""Keys of SRTP in offer and answer: SDES, RFC 4568."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from voicebot.doors.negotiable import NotAcceptable
from voicebot.doors.rtp.sdp import Crypto, Media
from voicebot.doors.rtp.srtp import KeyInvalid, SrtpKey

Encryption = Literal["off", "optional", "required"]

PLAIN_PROFILES = ("RTP/AVP", "RTP/AVPF")
SECURE_PROFILES = ("RTP/SAVP", "RTP/SAVPF")


class Keys(NamedTuple):
    """The line of ``a=crypto`` that both sides use."""

    tag: int
    local: SrtpKey
    remote: SrtpKey


def is_secure(media: Media) -> bool:
    return media.protocol in SECURE_PROFILES


def check_profile(media: Media) -> None:
    """:class:`NotAcceptable` for what is not RTP with keys in the description, or with none."""
    if media.protocol not in PLAIN_PROFILES + SECURE_PROFILES:
        raise NotAcceptable(f"audio by {media.protocol[:40]} is not spoken: use RTP/AVP or RTP/SAVP")


def keys_to_answer(media: Media, encryption: Encryption, current: Keys | None) -> Keys | None:
    """RFC 4568 §5.1.2: the first line that can be used; None where the audio goes in clear.

    A line in RTP/AVP is an offer as well: encryption where both can. Our key stays as long as the peer's does.
    """
    check_profile(media)
    if encryption == "off":
        if is_secure(media):
            raise NotAcceptable(f"the audio is encrypted ({media.protocol}), which is switched off here")
        return None
    complaint = "there is no key (a=crypto)"
    for crypto in media.cryptos():
        try:
            remote = _key(crypto)
        except KeyInvalid as error:
            complaint = str(error)
            continue
        local = current.local if current and current.remote == remote else SrtpKey.new(remote.suite)
        return Keys(crypto.tag, local, remote)
    if is_secure(media) or encryption == "required":
        raise NotAcceptable(f"the audio cannot be encrypted: {complaint}")
    return None


def keys_of_answer(media: Media, encryption: Encryption, offered: Mapping[int, SrtpKey]) -> Keys | None:
    """RFC 4568 §5.1.3: one of the lines that we ``offered``, by tag; None where the audio goes in clear."""
    if not offered:
        return None
    complaint = "there is no key (a=crypto)"
    for crypto in media.cryptos():
        local = offered.get(crypto.tag)
        if local is None or local.suite != crypto.suite:
            complaint = f"crypto line {crypto.tag} with {crypto.suite[:40]!r} was not offered"
            continue
        try:
            return Keys(crypto.tag, local, _key(crypto))
        except KeyInvalid as error:
            complaint = str(error)
    if is_secure(media) or encryption == "required":
        raise NotAcceptable(f"the answer cannot be decrypted: {complaint}")
    return None


def _key(crypto: Crypto) -> SrtpKey:
    """RFC 4568 §6.3: the window size is a hint, what begins with "-" may be ignored, the rest must be obeyed."""
    for parameter in crypto.session:
        if not parameter.startswith(("WSH=", "-")):
            raise KeyInvalid(f"the session parameter {parameter[:40]!r} is not known")
    return SrtpKey.of_inline(crypto.suite, crypto.key)
