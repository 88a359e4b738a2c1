"""TLS contexts of the signalling, from the files that an operator has (RFC 5630, RFC 5922)."""

from __future__ import annotations

import ssl
from datetime import datetime
from pathlib import Path

from cryptography.x509 import load_pem_x509_certificate


class TlsUnusable(ValueError):
    """A certificate or key that cannot be used, in one line."""


def server_tls(certificate: Path, key: Path, authorities: Path | None = None) -> ssl.SSLContext:
    """For listening: the chain and its key in PEM. With ``authorities``, callers must have a certificate of theirs.

    Raises TlsUnusable.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise TlsUnusable(f"{certificate} and {key} are not a certificate and its key in PEM: {error}") from None
    if authorities is not None:
        _trust(context, authorities)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def client_tls(authorities: Path | None = None, *, is_verified: bool = True) -> ssl.SSLContext:
    """For connecting. Certificates are verified against ``authorities``, the system's where there are none.

    ``is_verified`` False takes any certificate, expired ones too: for a closed network whose PBX has made its own.
    Raises TlsUnusable.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if authorities is not None:
        _trust(context, authorities)
    if not is_verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def valid_until(certificate: Path) -> datetime:
    """When the first certificate of a chain in PEM, one's own, expires. Raises TlsUnusable."""
    try:
        return load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
    except (OSError, ValueError) as error:
        raise TlsUnusable(f"{certificate} is not a certificate in PEM: {error}") from None


def _trust(context: ssl.SSLContext, authorities: Path) -> None:
    try:
        context.load_verify_locations(authorities)
    except (OSError, ssl.SSLError) as error:
        raise TlsUnusable(f"{authorities} holds no certificates in PEM: {error}") from None
