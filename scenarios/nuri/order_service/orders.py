"""An order's life after the call: looked up, cancelled, sent back, sent elsewhere, paid back, receipted."""

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from scenarios.nuri.order_service import policy
from scenarios.nuri.order_service.policy import Status
from scenarios.nuri.order_service.refusal import Refusal
from scenarios.nuri.order_service.tables import Customer, Message, Order, Refund, Return
from scenarios.nuri.order_service.wire import (
    AddressAsked,
    CancelTold,
    OrdersTold,
    OrderTold,
    ReceiptAsked,
    ReceiptTold,
    RefundTold,
    ReturnAsked,
    ReturnTold,
    with_hyphens,
)


class Orders:
    """Every method is one transaction; a Refusal undoes it."""

    def __init__(self, sessions: sessionmaker[Session], now: Callable[[], datetime] = policy.now) -> None:
        self._sessions = sessions
        self._now = now

    def find(self, number: str) -> OrderTold:
        with self._sessions.begin() as session:
            return self._told(_order(session, number))

    def of_customer(self, customer_id: str, limit: int) -> OrdersTold:
        """The customer's newest orders first; ``count`` is of all of them."""
        with self._sessions.begin() as session:
            if session.get(Customer, customer_id) is None:
                raise Refusal(404, "customer_not_found", "고객 정보를 찾을 수 없습니다.")
            mine = select(Order).where(Order.customer_id == customer_id)
            orders = session.scalars(mine.order_by(Order.ordered_on.desc(), Order.number.desc())).all()
            told = [self._told(order) for order in orders[:limit]]
            return OrdersTold(customer_id=customer_id, count=len(orders), orders=told)

    def cancel(self, number: str) -> CancelTold:
        with self._sessions.begin() as session:
            order = _order(session, number)
            if order.status not in policy.BEFORE_SHIPPING:
                raise _too_late(order, "취소")
            refund = None
            if order.status != Status.UNPAID:
                refund = self._paid_back(session, order)
            order.status, order.arrives_on = Status.CANCELLED, None
            return CancelTold(number=number, status=order.status, refund=refund)

    def send_back(self, number: str, asked: ReturnAsked) -> ReturnTold:
        """Books a return or an exchange; the goods are fetched on ``pickup_on``."""
        with self._sessions.begin() as session:
            order = _order(session, number)
            faulty = asked.reason != "단순변심"
            if order.status in policy.BEFORE_SHIPPING:
                raise Refusal(
                    409, "not_shipped", f"아직 {order.status} 상태이므로 {asked.kind} 대신 취소가 가능합니다."
                )
            if order.status == Status.SHIPPED:
                raise Refusal(
                    409, "not_delivered", f"아직 배송 중이므로 상품을 받으신 뒤에 {asked.kind} 접수가 가능합니다."
                )
            if order.status not in policy.WITH_THE_CUSTOMER or order.delivered_on is None:
                raise _too_late(order, asked.kind)
            if not faulty and not order.returnable:
                raise Refusal(409, "not_returnable", f"이 상품은 단순 변심으로는 {asked.kind}할 수 없습니다.")
            deadline = policy.return_deadline(order.delivered_on, order.channel == "방송", faulty)
            if self._today() > deadline:
                said = f"{asked.kind} 접수 기한이 {deadline.month}월 {deadline.day}일에 지났습니다."
                raise Refusal(409, "deadline_passed", said, deadline=deadline.isoformat())

            booked = Return(
                order_number=number,
                kind=asked.kind,
                reason=asked.reason,
                fee_won=0 if faulty else policy.RETURN_FEE_WON,
                pickup_on=policy.working_days_after(self._today(), policy.PICKUP_WORKING_DAYS),
            )
            session.add(booked)
            if asked.kind == "교환":
                order.status = Status.EXCHANGE_BOOKED
            else:
                order.status = Status.RETURN_BOOKED
                session.add(
                    Refund(
                        order_number=number,
                        amount_won=max(0, order.amount_won - booked.fee_won),
                        method=order.payment,
                        requested_on=self._today(),
                    )
                )
            session.flush()
            return ReturnTold(
                id=f"R{booked.id:04}",
                number=number,
                kind=booked.kind,
                reason=booked.reason,
                status=order.status,
                fee_won=booked.fee_won,
                pickup_on=booked.pickup_on,
            )

    def send_elsewhere(self, number: str, asked: AddressAsked) -> OrderTold:
        with self._sessions.begin() as session:
            order = _order(session, number)
            if order.status not in policy.BEFORE_SHIPPING:
                raise _too_late(order, "배송지를 변경")
            order.address, order.postcode = asked.address, asked.postcode
            return self._told(order)

    def refund(self, number: str) -> RefundTold:
        with self._sessions.begin() as session:
            order = _order(session, number)
            refund = session.get(Refund, number)
            if refund is None:
                raise Refusal(404, "no_refund", "이 주문에는 환불 내역이 없습니다.", order_status=order.status)
            return _refund_told(refund)

    def receipt(self, number: str, asked: ReceiptAsked) -> ReceiptTold:
        """Issues a receipt and sends it as a message."""
        with self._sessions.begin() as session:
            order = _order(session, number)
            if order.status in (Status.UNPAID, Status.CANCELLED, Status.RETURNED):
                raise Refusal(409, "not_paid", f"{order.status} 상태의 주문은 영수증을 발급할 수 없습니다.")
            kinds = policy.receipts_for(order.payment)
            if asked.kind not in kinds:
                said = f"{order.payment} 결제는 {asked.kind} 대신 {' 또는 '.join(kinds)} 발급이 가능합니다."
                raise Refusal(409, "receipt_not_available", said, available=list(kinds))
            phone = asked.phone or order.customer.phone
            text = f"[누리홈쇼핑] {order.product} {order.amount_won:,}원 {asked.kind} 발급이 완료되었습니다."
            session.add(Message(to=phone, text=text, kind=asked.kind, sent_at=self._now()))
            return ReceiptTold(number=number, kind=asked.kind, amount_won=order.amount_won, sent_to=with_hyphens(phone))

    def _today(self) -> date:
        return self._now().date()

    def _paid_back(self, session: Session, order: Order) -> RefundTold:
        days = policy.REFUND_WORKING_DAYS[order.payment]
        refund = Refund(
            order_number=order.number,
            amount_won=order.amount_won,
            method=order.payment,
            requested_on=self._today(),
            expected_on=policy.working_days_after(self._today(), days),
        )
        session.add(refund)
        return _refund_told(refund)

    def _told(self, order: Order) -> OrderTold:
        waits = order.status in policy.BEFORE_SHIPPING
        until = None
        if order.status in policy.WITH_THE_CUSTOMER and order.delivered_on and order.returnable:
            until = policy.return_deadline(order.delivered_on, order.channel == "방송")
        return OrderTold(
            number=order.number,
            customer_id=order.customer_id,
            product=order.product,
            quantity=order.quantity,
            amount_won=order.amount_won,
            payment=order.payment,
            channel=order.channel,
            status=order.status,
            ordered_on=order.ordered_on,
            arrives_on=order.arrives_on,
            delivered_on=order.delivered_on,
            return_until=until,
            carrier=order.carrier,
            tracking_number=order.tracking_number,
            recipient=order.recipient,
            address=order.address,
            postcode=order.postcode,
            phone_last4=order.customer.phone[-4:],
            cancellable=waits,
            returnable=until is not None and self._today() <= until,
            address_changeable=waits,
        )


def _order(session: Session, number: str) -> Order:
    order = session.get(Order, number)
    if order is None:
        raise Refusal(404, "order_not_found", "입력하신 번호의 주문을 찾을 수 없습니다.")
    return order


def _too_late(order: Order, wish: str) -> Refusal:
    """Why an order that has gone out, or come to its end, cannot be cancelled, returned or redirected."""
    codes = {Status.CANCELLED: "already_cancelled", Status.SHIPPED: "already_shipped"}
    codes |= dict.fromkeys(policy.WITH_THE_CUSTOMER, "already_delivered")
    reasons = {
        "already_cancelled": "이미 취소된 주문입니다.",
        "already_shipped": f"이미 배송이 시작되어 {wish}할 수 없습니다.",
        "already_delivered": f"이미 배송이 끝나 {wish}할 수 없습니다.",
    }
    code = codes.get(Status(order.status), "already_returned")
    said = reasons.get(code, f"이미 {order.status} 상태여서 {wish}할 수 없습니다.")
    return Refusal(409, code, said, order_status=order.status)


def _refund_told(refund: Refund) -> RefundTold:
    return RefundTold(
        number=refund.order_number,
        state="환불완료" if refund.completed_on else "환불진행중" if refund.expected_on else "회수대기",
        amount_won=refund.amount_won,
        method=refund.method,
        requested_on=refund.requested_on,
        expected_on=refund.expected_on,
        completed_on=refund.completed_on,
    )
