"""Who calls: a customer by telephone number, by what only they know, and what they have saved up."""

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from scenarios.nuri.order_service.refusal import Refusal
from scenarios.nuri.order_service.tables import Customer
from scenarios.nuri.order_service.wire import CustomerTold, PointsTold, VerifiedTold, VerifyAsked, with_hyphens


class Customers:
    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self._sessions = sessions

    def with_phone(self, phone: str) -> CustomerTold:
        with self._sessions.begin() as session:
            customer = session.scalar(select(Customer).where(Customer.phone == phone))
            if customer is None:
                raise Refusal(404, "customer_not_found", "등록된 번호가 아닙니다.")
            return CustomerTold(
                id=customer.id,
                name=customer.name,
                phone=with_hyphens(customer.phone),
                grade=customer.grade,
                joined_on=customer.joined_on,
            )

    def verify(self, asked: VerifyAsked) -> VerifiedTold:
        """All three must agree; which of them did not is not told."""
        with self._sessions.begin() as session:
            named = select(Customer).where(Customer.name == asked.name, Customer.birth_date == asked.birth_date)
            for customer in session.scalars(named):
                if customer.phone.endswith(asked.phone_last4):
                    return VerifiedTold(customer_id=customer.id, name=customer.name)
            raise Refusal(403, "not_verified", "말씀하신 정보가 등록된 정보와 일치하지 않습니다.")

    def points(self, customer_id: str) -> PointsTold:
        with self._sessions.begin() as session:
            customer = session.get(Customer, customer_id)
            if customer is None:
                raise Refusal(404, "customer_not_found", "고객 정보를 찾을 수 없습니다.")
            return PointsTold(
                customer_id=customer.id,
                name=customer.name,
                grade=customer.grade,
                points_won=customer.points_won,
                expiring_won=customer.expiring_won,
                expires_on=customer.expires_on,
                coupons=customer.coupons,
            )
