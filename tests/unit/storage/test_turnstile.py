"""The turnstile lets threads through one by one, in the order they came, whatever happens to those who wait."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.support.faulty_sqlite import wait_for

from assay.storage.turnstile import Gate, Turnstile, TurnTimeoutError


def test_threads_pass_in_the_order_they_came() -> None:
    turn = Turnstile()
    order: list[int] = []

    def pass_through(i: int) -> None:
        turn.enter()
        order.append(i)
        turn.leave()

    turn.enter()
    with ThreadPoolExecutor(20) as pool:
        for i in range(20):
            pool.submit(pass_through, i)
            wait_for(lambda i=i: turn.n_waiting == i + 1, "the queue to grow")
        turn.leave()
    assert order == list(range(20))


def test_only_one_thread_is_inside_at_a_time() -> None:
    turn = Turnstile()
    inside = most = 0

    def pass_through(_: int) -> None:
        nonlocal inside, most
        for _round in range(100):
            turn.enter()
            inside += 1
            most = max(most, inside)
            inside -= 1
            turn.leave()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(pass_through, range(8)))
    assert most == 1


def test_letting_the_next_one_in_keeps_the_turn_when_nobody_waits() -> None:
    turn = Turnstile()
    turn.enter()
    assert not turn.let_next_in()
    assert turn.mine
    turn.leave()
    assert not turn.mine


def test_the_turn_belongs_to_the_next_one_as_soon_as_it_is_handed_over() -> None:
    turn = Turnstile()
    turn.enter()
    entered, leave = threading.Event(), threading.Event()

    def wait_inside() -> None:
        turn.enter()
        entered.set()
        assert leave.wait(20)
        turn.leave()

    thread = threading.Thread(target=wait_inside)
    thread.start()
    wait_for(lambda: turn.n_waiting == 1, "the other to queue")
    assert turn.let_next_in()
    assert not turn.mine
    assert entered.wait(20)
    leave.set()
    thread.join()
    turn.enter(timeout_s=20)
    assert turn.mine


def test_one_who_waits_too_long_steps_out_and_is_not_waited_for() -> None:
    turn = Turnstile()
    turn.enter()
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(turn.enter, 0.01)
        with pytest.raises(TurnTimeoutError):
            future.result(20)
    assert turn.n_waiting == 0
    assert not turn.let_next_in()
    turn.leave()
    turn.enter(timeout_s=1)


def test_entering_twice_is_a_mistake_that_is_named() -> None:
    turn = Turnstile()
    turn.enter()
    with pytest.raises(AssertionError, match="wait for itself"):
        turn.enter()


def test_a_gate_with_one_place_lets_threads_in_by_their_order() -> None:
    gate = Gate(1)
    order: list[int] = []

    def pass_through(i: int) -> None:
        with gate.place():
            order.append(i)

    with ThreadPoolExecutor(12) as pool, gate.place():
        for i in range(12):
            pool.submit(pass_through, i)
            wait_for(lambda i=i: len(gate._queue) == i + 1, "the queue to grow")
    assert order == list(range(12))


def test_a_gate_never_lets_more_in_than_it_has_places() -> None:
    gate = Gate(3)
    lock = threading.Lock()
    inside = most = 0

    def pass_through(_: int) -> None:
        nonlocal inside, most
        for _round in range(50):
            with gate.place():
                with lock:
                    inside += 1
                    most = max(most, inside)
                with lock:
                    inside -= 1

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(pass_through, range(10)))
    assert most <= 3
    assert gate._free == 3


def test_one_who_waits_too_long_at_a_gate_leaves_the_place_to_others() -> None:
    gate = Gate(1)
    with gate.place():
        with pytest.raises(TurnTimeoutError), gate.place(0.01):
            pass
        assert not gate._queue
    with gate.place(0.01):
        assert gate._free == 0
    assert gate._free == 1


def test_the_urgent_go_first_and_after_four_of_them_one_of_the_others() -> None:
    gate = Gate(1)
    order: list[str] = []

    def pass_through(name: str) -> None:
        with gate.place(urgent=name.startswith("urgent")):
            order.append(name)

    names = ["plain 0", "plain 1", "plain 2", *(f"urgent {n}" for n in range(6))]
    with ThreadPoolExecutor(len(names)) as pool, gate.place():
        for n, name in enumerate(names):
            pool.submit(pass_through, name)
            wait_for(lambda n=n: len(gate._queue) == n + 1, "the queue to grow")
    assert order == [
        *(f"urgent {n}" for n in range(4)),
        "plain 0",
        *(f"urgent {n}" for n in (4, 5)),
        "plain 1",
        "plain 2",
    ]


def test_an_urgent_one_overtakes_at_the_turnstile_and_can_step_out() -> None:
    turn = Turnstile()
    order: list[str] = []

    def pass_through(name: str) -> None:
        turn.enter(urgent=name == "urgent")
        order.append(name)
        turn.leave()

    turn.enter()
    with ThreadPoolExecutor(3) as pool:
        pool.submit(pass_through, "plain")
        wait_for(lambda: turn.n_waiting == 1, "the first to queue")
        with pytest.raises(TurnTimeoutError):
            pool.submit(turn.enter, 0.01, urgent=True).result(20)
        pool.submit(pass_through, "urgent")
        wait_for(lambda: turn.n_waiting == 2, "the second to queue")
        turn.leave()
    assert order == ["urgent", "plain"]
