from tests.servers.chromium import chromium

__all__ = ["chromium"]
