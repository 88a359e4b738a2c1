"""Callers speak of Korean days and hours, wherever the machine stands."""

from datetime import datetime, timedelta, timezone

KST = timezone(timedelta(hours=9), "KST")  # Korea keeps no summer time


def korean_now() -> datetime:
    """The wall clock in Korea, without a time zone: nobody in a conversation speaks of another."""
    return datetime.now(KST).replace(tzinfo=None)
