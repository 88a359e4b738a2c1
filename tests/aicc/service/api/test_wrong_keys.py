from aicc.service.api.wrong_keys import MAX_ADDRESSES, WINDOW_S, WRONG_KEYS, WrongKeys
from tests.fakes.clock import VirtualClock


class Clock(VirtualClock):
    def __call__(self) -> float:
        return self.ms / 1_000


def tried(wrong: WrongKeys, address: str, times: int) -> int:
    for _ in range(times):
        wrong.came_from(address)
    return wrong.wait_s(address)


def test_an_address_waits_behind_too_many_and_may_try_again_later() -> None:
    clock = Clock()
    wrong = WrongKeys(clock)
    assert tried(wrong, "10.0.0.1", WRONG_KEYS - 1) == 0
    clock.pass_ms(10_000)
    assert tried(wrong, "10.0.0.1", 1) == WINDOW_S - 10
    assert wrong.wait_s("10.0.0.2") == 0
    clock.pass_ms(50_001)
    assert wrong.wait_s("10.0.0.1") == 0, "the first ones are a minute old"


def test_addresses_that_one_network_gives_out_count_as_one() -> None:
    wrong = WrongKeys(Clock())
    for number in range(WRONG_KEYS):
        wrong.came_from(f"2001:db8:1:2::{number:x}")
    assert wrong.wait_s("2001:db8:1:2:ffff::1") > 0
    assert wrong.wait_s("2001:db8:1:3::1") == 0


def test_an_ipv4_address_is_the_same_on_an_ipv6_socket() -> None:
    wrong = WrongKeys(Clock())
    assert tried(wrong, "::ffff:10.0.0.1", WRONG_KEYS) > 0
    assert wrong.wait_s("10.0.0.1") > 0
    assert wrong.wait_s("::ffff:10.0.0.2") == 0


def test_what_is_no_address_counts_too() -> None:
    wrong = WrongKeys(Clock())
    assert tried(wrong, "local", WRONG_KEYS) > 0


def test_memory_is_bounded_and_the_oldest_are_forgotten() -> None:
    wrong = WrongKeys(Clock())
    tried(wrong, "local", WRONG_KEYS)
    for number in range(MAX_ADDRESSES):
        wrong.came_from(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert wrong.wait_s("local") == 0
