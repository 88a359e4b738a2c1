"""The product as one archive for machines without a network: ``python -m aicc.bundle``, which is ``make bundle``.

Made on a machine that has a network and the product's sources; docs/closed-networks.md tells the way from there.
"""

from aicc.errors import AiccError


class BundleFailed(AiccError):
    """The bundle cannot be made; the message says why and what to do."""
