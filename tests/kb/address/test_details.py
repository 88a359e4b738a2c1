import pytest

from kb.address import Address
from kb.address.details import details_of
from kb.address.leads import Lead
from kb.address.said import Said

ROAD = "한누리대로 2130"


@pytest.mark.parametrize(
    ("behind", "details"),
    [
        (" 203동 1004호", ["203동", "1004호"]),
        (" 1004호 203동", ["203동", "1004호"]),
        (" 203동 1004호 205동", ["205동", "1004호"]),
        (" 203-1004", ["203동", "1004호"]),
        ("이요 203에 1004요", ["203동", "1004호"]),
        (" 3-2", []),
        (" 주문번호는 2026-1122", []),
        (" 지하 1층", ["지하 1층"]),
        ("", []),
    ],
)
def test_what_was_said_of_where_in_the_building(behind: str, details: list[str]) -> None:
    lead = Lead(Address("세종특별자치시"), 1, 1, 1)
    lead.told("number", 1.0, (0, len(ROAD)))
    assert [detail.written for detail in details_of(lead, Said.of(ROAD + behind))] == details
