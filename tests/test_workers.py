"""Work on many things comes back in their order, and ends where one of them breaks."""

import threading
import time

import pytest

from gatecast.workers import each, processors


def test_results_come_in_the_order_of_the_things() -> None:
    def slowly(number: int) -> int:
        time.sleep(0.01 * (number % 3))
        return number * number

    assert list(each(slowly, range(20))) == [number * number for number in range(20)]


def test_nothing_is_begun_behind_what_breaks() -> None:
    begun: list[int] = []
    hold = threading.Lock()

    def work(number: int) -> int:
        with hold:
            begun.append(number)
        if number == 0:
            raise KeyboardInterrupt
        time.sleep(0.05)
        return number

    with pytest.raises(KeyboardInterrupt):
        list(each(work, range(100)))
    assert len(begun) < 10 * processors()


def test_nothing_to_do_is_done() -> None:
    assert list(each(len, [])) == []
