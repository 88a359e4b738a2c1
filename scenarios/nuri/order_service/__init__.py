"""누리홈쇼핑's order service: a small real back office that the flows call over HTTP."""

from scenarios.nuri.order_service.running import OrderServiceFailed, running

__all__ = ["OrderServiceFailed", "running"]
