"""How fast it goes, and how long it will take."""

from folioscope.domain.documents import SourceFile
from folioscope.services.pacing import Expectation, PaceKeeper


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def run(keeper: PaceKeeper, clock: Clock, *, seconds: float, per_second: int) -> None:
    for _ in range(int(seconds * 10)):
        clock.now += 0.1
        keeper.add(per_second // 10)


def test_no_estimate_before_it_holds_for_three_seconds() -> None:
    clock = Clock()
    keeper = PaceKeeper(clock)
    keeper.expect(1000)
    run(keeper, clock, seconds=2.9, per_second=20)
    assert keeper.pace().per_second is None
    assert keeper.pace().left_s is None
    run(keeper, clock, seconds=1, per_second=20)
    pace = keeper.pace()
    assert pace.per_second is not None
    assert round(pace.per_second) == 20
    assert pace.left_s is not None
    assert abs(pace.left_s - (1000 - pace.done) / 20) < 2


def test_the_rate_is_that_of_the_last_seconds() -> None:
    clock = Clock()
    keeper = PaceKeeper(clock)
    keeper.expect(10_000)
    run(keeper, clock, seconds=30, per_second=100)
    run(keeper, clock, seconds=14, per_second=10)
    assert 9 < (keeper.pace().per_second or 0) < 12


def test_a_rest_is_not_slowness() -> None:
    clock = Clock()
    keeper = PaceKeeper(clock)
    keeper.expect(10_000)
    run(keeper, clock, seconds=5, per_second=50)
    keeper.rest()
    clock.now += 3600
    assert keeper.pace().per_second is None
    run(keeper, clock, seconds=5, per_second=50)
    assert 45 < (keeper.pace().per_second or 0) < 55


def test_the_total_is_never_less_than_what_is_done() -> None:
    keeper = PaceKeeper()
    keeper.expect(3)
    keeper.add(5)
    assert (keeper.pace().done, keeper.pace().total) == (5, 5)


def test_unopened_files_are_guessed_from_their_bytes() -> None:
    files = [SourceFile(f"/{n}.pdf", "/", 1000 * n, 0) for n in (1, 2, 3)]
    expected = Expectation()
    expected.begin(files)
    assert expected.pages() == 3  # one each, until one was opened
    expected.learn(files[0], 10)
    assert expected.pages() == 10 + 50
    expected.learn(files[1], 4)
    expected.learn(files[2], 6)
    assert expected.pages() == 20
