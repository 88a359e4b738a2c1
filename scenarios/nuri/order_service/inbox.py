"""What callers leave behind: a technician's visit, a complaint, a callback, a message, the answer to a happy call."""

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from scenarios.nuri.order_service import policy
from scenarios.nuri.order_service.refusal import Refusal
from scenarios.nuri.order_service.tables import Callback, Complaint, HappyCall, Message, ServiceVisit
from scenarios.nuri.order_service.wire import (
    CallbackAsked,
    CallbackTold,
    ComplaintAsked,
    ComplaintTold,
    FreeVisitsTold,
    HappyCallAsked,
    HappyCallTold,
    MessageAsked,
    MessagesTold,
    MessageTold,
    VisitAsked,
    VisitTold,
    with_hyphens,
)


class Inbox:
    """Every method is one transaction; a Refusal undoes it."""

    def __init__(self, sessions: sessionmaker[Session], now: Callable[[], datetime] = policy.now) -> None:
        self._sessions = sessions
        self._now = now

    def free_visits(self, day: date) -> FreeVisitsTold:
        with self._sessions.begin() as session:
            return FreeVisitsTold(date=day, free=self._free(session, day))

    def visit(self, asked: VisitAsked) -> VisitTold:
        with self._sessions.begin() as session:
            open_days = policy.visit_days(self._now().date())
            if asked.date not in open_days:
                said = f"방문 예약은 내일부터 {policy.VISIT_HORIZON_DAYS}일 안에서 일요일을 빼고 가능합니다."
                near = [day.isoformat() for day in open_days[:3]]
                raise Refusal(409, "date_not_available", said, free_dates=near)
            free = self._free(session, asked.date)
            hour = f"{asked.time:%H:%M}"
            is_offered = asked.time in policy.VISIT_TIMES
            if not is_offered or hour not in free:
                code = "slot_full" if is_offered else "no_such_slot"
                said = "그 시간에는 방문이 어렵습니다." if free else "그날은 예약이 모두 찼습니다."
                raise Refusal(409, code, said, free=free)
            visit = ServiceVisit(
                product=asked.product,
                visit_date=asked.date,
                visit_time=asked.time,
                phone=asked.phone,
                symptom=asked.symptom,
            )
            session.add(visit)
            session.flush()
            return VisitTold(
                id=f"V{visit.id:04}",
                product=visit.product,
                date=visit.visit_date,
                time=hour,
                phone=with_hyphens(visit.phone),
            )

    def complaint(self, asked: ComplaintAsked) -> ComplaintTold:
        with self._sessions.begin() as session:
            complaint = Complaint(**asked.model_dump(), received_at=self._now())
            session.add(complaint)
            session.flush()
            return ComplaintTold(
                id=f"K{complaint.id:04}", category=complaint.category, received_at=complaint.received_at
            )

    def callback(self, asked: CallbackAsked) -> CallbackTold:
        at = datetime.combine(asked.date, asked.time.replace(tzinfo=None), tzinfo=policy.SEOUL)
        if at <= self._now():
            raise Refusal(409, "in_the_past", "이미 지난 시각입니다.")
        if not policy.AGENTS_FROM <= at.time() < policy.AGENTS_UNTIL:
            hours = f"{policy.AGENTS_FROM:%H:%M}", f"{policy.AGENTS_UNTIL:%H:%M}"
            said = "상담사가 전화드릴 수 있는 시간은 오전 9시부터 오후 6시까지입니다."
            raise Refusal(409, "outside_hours", said, opens=hours[0], closes=hours[1])
        with self._sessions.begin() as session:
            callback = Callback(phone=asked.phone, at=at, topic=asked.topic)
            session.add(callback)
            session.flush()
            return CallbackTold(
                id=f"B{callback.id:04}", phone=with_hyphens(callback.phone), at=at, topic=callback.topic
            )

    def send(self, asked: MessageAsked) -> MessageTold:
        with self._sessions.begin() as session:
            message = Message(to=asked.to, text=asked.text, kind=asked.kind, sent_at=self._now())
            session.add(message)
            session.flush()
            return _message_told(message)

    def sent(self, to: str | None = None) -> MessagesTold:
        """All messages so far, or those to one number; the oldest first."""
        with self._sessions.begin() as session:
            chosen = select(Message).order_by(Message.id)
            if to is not None:
                chosen = chosen.where(Message.to == to)
            messages = [_message_told(message) for message in session.scalars(chosen)]
            return MessagesTold(count=len(messages), messages=messages)

    def happy_call(self, call_id: str) -> HappyCallTold:
        with self._sessions.begin() as session:
            return _happy_call_told(_happy_call(session, call_id))

    def happy_call_answered(self, call_id: str, asked: HappyCallAsked) -> HappyCallTold:
        with self._sessions.begin() as session:
            call = _happy_call(session, call_id)
            call.satisfaction, call.comment, call.called_at = asked.satisfaction, asked.comment, self._now()
            return _happy_call_told(call)

    def _free(self, session: Session, day: date) -> list[str]:
        if day not in policy.visit_days(self._now().date()):
            return []
        taken = list(session.scalars(select(ServiceVisit.visit_time).where(ServiceVisit.visit_date == day)))
        return [f"{at:%H:%M}" for at in policy.VISIT_TIMES if taken.count(at) < policy.VISITS_AT_A_TIME]


def _message_told(message: Message) -> MessageTold:
    return MessageTold(
        id=f"M{message.id:04}",
        to=with_hyphens(message.to),
        text=message.text,
        kind=message.kind,
        sent_at=message.sent_at,
    )


def _happy_call(session: Session, call_id: str) -> HappyCall:
    call = session.get(HappyCall, call_id)
    if call is None:
        raise Refusal(404, "happy_call_not_found", "해피콜 대상을 찾을 수 없습니다.")
    return call


def _happy_call_told(call: HappyCall) -> HappyCallTold:
    return HappyCallTold(
        id=call.id,
        order_number=call.order_number,
        customer_name=call.order.customer.name,
        phone=with_hyphens(call.order.customer.phone),
        product=call.order.product,
        delivered_on=call.order.delivered_on,
        satisfaction=call.satisfaction,
        comment=call.comment,
        called_at=call.called_at,
    )
