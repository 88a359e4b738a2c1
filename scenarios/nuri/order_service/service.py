"""The order service's HTTP face: what 누리홈쇼핑's back office offers a callbot.

Every error is ``{"error": {"code", "message"}}``: 404 for what is not there, 409 for what cannot be done any more (with
the facts that help), 422 for a body that does not fit, 403 for a person who is not who they say.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated

from fastapi import FastAPI, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy import Engine
from sqlalchemy.orm import sessionmaker
from starlette.exceptions import HTTPException

from scenarios.nuri.order_service import policy, sample, wire
from scenarios.nuri.order_service.customers import Customers
from scenarios.nuri.order_service.inbox import Inbox
from scenarios.nuri.order_service.misbehaviour import Misbehaviour
from scenarios.nuri.order_service.orders import Orders
from scenarios.nuri.order_service.refusal import Refusal

Number = Annotated[str, Path(pattern=r"^[0-9]{8}([0-9]{4})?$", description="8 or 12 digits")]


def order_service(engine: Engine, is_sample: bool = False, now: Callable[[], datetime] = policy.now) -> FastAPI:
    """The service over one database. ``is_sample`` adds ``POST /reset`` and misbehaviour on command.

    The calls never wait, so they run on the loop, one after another: each is alone with the database.
    """
    sessions, clock = sessionmaker(engine), policy.Clock(now)
    orders, customers, inbox = Orders(sessions, clock), Customers(sessions), Inbox(sessions, clock)
    service = FastAPI(title="누리홈쇼핑 order service", exception_handlers={Refusal: _refused, Exception: _broken})
    service.add_exception_handler(RequestValidationError, _invalid)
    service.add_exception_handler(HTTPException, _no_such_call)

    @service.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @service.get("/orders/{number}")
    async def order(number: Number) -> wire.OrderTold:
        return orders.find(number)

    @service.post("/orders/{number}/cancel")
    async def cancel(number: Number) -> wire.CancelTold:
        return orders.cancel(number)

    @service.post("/orders/{number}/returns", status_code=201)
    async def send_back(number: Number, asked: wire.ReturnAsked) -> wire.ReturnTold:
        return orders.send_back(number, asked)

    @service.put("/orders/{number}/address")
    async def send_elsewhere(number: Number, asked: wire.AddressAsked) -> wire.OrderTold:
        return orders.send_elsewhere(number, asked)

    @service.get("/orders/{number}/refund")
    async def refund(number: Number) -> wire.RefundTold:
        return orders.refund(number)

    @service.post("/orders/{number}/receipt", status_code=201)
    async def receipt(number: Number, asked: wire.ReceiptAsked) -> wire.ReceiptTold:
        return orders.receipt(number, asked)

    @service.get("/customers")
    async def customer(phone: Annotated[wire.Phone, Query()]) -> wire.CustomerTold:
        return customers.with_phone(phone)

    @service.get("/customers/{customer_id}/orders")
    async def customer_orders(customer_id: str, limit: Annotated[int, Query(ge=1, le=50)] = 5) -> wire.OrdersTold:
        return orders.of_customer(customer_id, limit)

    @service.get("/customers/{customer_id}/points")
    async def points(customer_id: str) -> wire.PointsTold:
        return customers.points(customer_id)

    @service.post("/verify")
    async def verify(asked: wire.VerifyAsked) -> wire.VerifiedTold:
        return customers.verify(asked)

    @service.get("/service_visits/free")
    async def free_visits(day: Annotated[date, Query(alias="date")]) -> wire.FreeVisitsTold:
        return inbox.free_visits(day)

    @service.post("/service_visits", status_code=201)
    async def visit(asked: wire.VisitAsked) -> wire.VisitTold:
        return inbox.visit(asked)

    @service.post("/complaints", status_code=201)
    async def complaint(asked: wire.ComplaintAsked) -> wire.ComplaintTold:
        return inbox.complaint(asked)

    @service.post("/callbacks", status_code=201)
    async def callback(asked: wire.CallbackAsked) -> wire.CallbackTold:
        return inbox.callback(asked)

    @service.post("/messages", status_code=201)
    async def send(asked: wire.MessageAsked) -> wire.MessageTold:
        return inbox.send(asked)

    @service.get("/messages")
    async def messages(to: Annotated[wire.Phone | None, Query()] = None) -> wire.MessagesTold:
        return inbox.sent(to)

    @service.get("/happy_calls/{call_id}")
    async def happy_call(call_id: str) -> wire.HappyCallTold:
        return inbox.happy_call(call_id)

    @service.put("/happy_calls/{call_id}")
    async def happy_call_answered(call_id: str, asked: wire.HappyCallAsked) -> wire.HappyCallTold:
        return inbox.happy_call_answered(call_id, asked)

    if is_sample:
        service.add_middleware(Misbehaviour)

        @service.post("/reset")
        async def reset(now: datetime | None = None) -> dict[str, str]:
            """Lays the sample out anew; ``now`` makes it another day, for tests, until the next reset."""
            clock.stand_at(now)
            sample.restore(engine, clock().date())
            return {"status": "ok"}

    return service


async def _refused(request: Request, refusal: Refusal) -> JSONResponse:
    return JSONResponse(refusal.body(), refusal.status)


async def _broken(request: Request, error: Exception) -> JSONResponse:
    said = "잠시 문제가 생겼습니다. 조금 뒤에 다시 시도해 주세요."
    return JSONResponse(Refusal(500, "internal_error", said).body(), 500)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    """Names the fields that do not fit; never repeats what was in them."""
    assert isinstance(error, RequestValidationError)
    fields = sorted({str(problem["loc"][-1]) for problem in error.errors()})
    if fields == ["number"]:
        said = "주문번호는 숫자 8자리 또는 12자리입니다."
    else:
        said = f"요청이 올바르지 않습니다: {', '.join(fields)}"
    return JSONResponse(Refusal(422, "invalid_request", said, fields=fields).body(), 422)


async def _no_such_call(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = {404: "no_such_path", 405: "method_not_allowed"}.get(error.status_code, "http_error")
    said = f"{request.method} {request.url.path}: {error.detail}"
    return JSONResponse(Refusal(error.status_code, code, said).body(), error.status_code)
