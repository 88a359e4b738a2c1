"""What goes over the wire: bodies that are asked for, and answers. Dates are ISO dates, amounts whole won."""

import re
from datetime import date, datetime, time
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints


def _digits_of_phone(text: str) -> str:
    digits = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"0\d{8,10}|1\d{7}", digits):
        raise ValueError("전화번호는 지역번호나 010부터 숫자로 말씀해 주세요")
    return digits


def with_hyphens(phone: str) -> str:
    """A phone number of digits, as people read it: 010-1234-5678, 02-345-6789, 1588-1234."""
    if len(phone) == 8:
        return f"{phone[:4]}-{phone[4:]}"
    area = 2 if phone.startswith("02") else 3
    return f"{phone[:area]}-{phone[area:-4]}-{phone[-4:]}"


Phone = Annotated[str, AfterValidator(_digits_of_phone)]
OrderNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{8}([0-9]{4})?$")]
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]

ReturnKind = Literal["반품", "교환"]
ReturnReason = Literal["단순변심", "상품불량", "배송파손", "오배송"]
ReceiptKind = Literal["현금영수증", "카드전표", "세금계산서"]


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ReturnAsked(Asked):
    kind: ReturnKind
    reason: ReturnReason = "단순변심"


class AddressAsked(Asked):
    address: Words
    postcode: Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")] | None = None


class ReceiptAsked(Asked):
    kind: ReceiptKind
    phone: Phone | None = None  # the customer's own where none is given


class VisitAsked(Asked):
    product: Words
    date: date
    time: time
    phone: Phone
    symptom: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1_000)] = ""


class ComplaintAsked(Asked):
    text: Sentence
    category: Words = "기타"
    phone: Phone | None = None
    order_number: OrderNumber | None = None


class CallbackAsked(Asked):
    phone: Phone
    date: date
    time: time
    topic: Words = "상담"


class MessageAsked(Asked):
    to: Phone
    text: Sentence
    kind: Words = "안내"


class VerifyAsked(Asked):
    name: Words
    phone_last4: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
    birth_date: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]


class HappyCallAsked(Asked):
    satisfaction: Annotated[int, Field(ge=1, le=5)]
    comment: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1_000)] = ""


class OrderTold(BaseModel):
    number: str
    customer_id: str
    product: str
    quantity: int
    amount_won: int
    payment: str
    channel: str
    status: str
    ordered_on: date
    arrives_on: date | None
    delivered_on: date | None
    return_until: date | None
    carrier: str | None
    tracking_number: str | None
    recipient: str
    address: str
    postcode: str | None
    phone_last4: str
    cancellable: bool
    returnable: bool
    address_changeable: bool


class OrdersTold(BaseModel):
    customer_id: str
    count: int
    orders: list[OrderTold]


class RefundTold(BaseModel):
    number: str
    state: Literal["회수대기", "환불진행중", "환불완료"]
    amount_won: int
    method: str
    requested_on: date
    expected_on: date | None
    completed_on: date | None


class CancelTold(BaseModel):
    number: str
    status: str
    refund: RefundTold | None


class ReturnTold(BaseModel):
    id: str
    number: str
    kind: str
    reason: str
    status: str
    fee_won: int
    pickup_on: date


class ReceiptTold(BaseModel):
    number: str
    kind: str
    amount_won: int
    sent_to: str


class CustomerTold(BaseModel):
    id: str
    name: str
    phone: str
    grade: str
    joined_on: date


class PointsTold(BaseModel):
    customer_id: str
    name: str
    grade: str
    points_won: int
    expiring_won: int
    expires_on: date | None
    coupons: int


class VerifiedTold(BaseModel):
    customer_id: str
    name: str


class FreeVisitsTold(BaseModel):
    date: date
    free: list[str]


class VisitTold(BaseModel):
    id: str
    product: str
    date: date
    time: str
    phone: str


class ComplaintTold(BaseModel):
    id: str
    category: str
    received_at: datetime


class CallbackTold(BaseModel):
    id: str
    phone: str
    at: datetime
    topic: str


class MessageTold(BaseModel):
    id: str
    to: str
    text: str
    kind: str
    sent_at: datetime


class MessagesTold(BaseModel):
    count: int
    messages: list[MessageTold]


class HappyCallTold(BaseModel):
    id: str
    order_number: str
    customer_name: str
    phone: str
    product: str
    delivered_on: date | None
    satisfaction: int | None
    comment: str
    called_at: datetime | None
