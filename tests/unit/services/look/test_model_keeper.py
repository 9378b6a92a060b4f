"""One model is kept open, lent to many, and let go when another is chosen."""

import threading
import time
from collections.abc import Callable

import pytest

from folioscope.domain.errors import InferenceError, ModelMissingError
from folioscope.services.model_keeper import Choice, ModelKeeper
from tests.look_parts import DrawnEyes
from tests.waiting import until


class Desk:
    """A keeper, and what it makes."""

    def __init__(self, *, idle_s: float | None = None) -> None:
        self.chosen = "one"
        self.made: list[DrawnEyes] = []
        self.opening: Callable[[], None] = lambda: None
        self.keeper: ModelKeeper[DrawnEyes] = ModelKeeper(
            lambda: Choice(self.chosen), self._make, missing="None is chosen.", idle_s=idle_s
        )

    def _make(self, choice: Choice) -> DrawnEyes:
        if choice.name == "missing":
            raise ModelMissingError("missing is not installed.")
        eyes = DrawnEyes(choice.name, opening=self.opening)
        self.made.append(eyes)
        return eyes


def test_a_model_is_opened_once_for_all() -> None:
    desk = Desk()
    with desk.keeper.lend() as one, desk.keeper.lend() as two:
        assert one is two
    with desk.keeper.lend():
        pass
    assert (len(desk.made), desk.made[0].opened, desk.made[0].closed) == (1, 1, 0)
    desk.keeper.close()
    assert desk.made[0].closed == 1


def test_the_fingerprint_is_known_without_loading() -> None:
    desk = Desk()
    assert desk.keeper.spec().fingerprint == "one@1"
    assert desk.made[0].opened == 0


def test_the_old_model_is_closed_when_its_last_user_gives_it_back() -> None:
    desk = Desk()
    with desk.keeper.lend():
        desk.chosen = "two"
        with desk.keeper.lend() as two:
            assert two.name == "two"
        assert desk.made[0].closed == 0
    assert (desk.made[0].closed, desk.made[1].closed) == (1, 0)


def test_nobody_waits_for_a_model_that_is_being_loaded() -> None:
    desk, gate = Desk(), threading.Event()
    desk.opening = lambda: gate.wait(20) and None
    with desk.keeper.lend_if_open() as model:
        assert model is None
    gate.set()
    until(lambda: bool(desk.made[0].opened))

    def is_lent() -> bool:
        with desk.keeper.lend_if_open() as loaded:
            return loaded is not None

    until(is_lent)
    assert desk.made[0].opened == 1


def test_what_is_missing_or_damaged_is_said_to_whoever_waits_and_tried_again() -> None:
    desk = Desk()
    desk.chosen = "missing"
    with pytest.raises(ModelMissingError, match="not installed"), desk.keeper.lend():
        pass
    with desk.keeper.lend_if_open() as none:
        assert none is None
    desk.chosen = ""
    with pytest.raises(ModelMissingError, match="None is chosen"):
        desk.keeper.spec()
    desk.chosen = "one"

    def fail() -> None:
        raise InferenceError("The model is damaged.")

    desk.opening = fail
    with pytest.raises(InferenceError, match="damaged"), desk.keeper.lend():
        pass
    desk.opening = lambda: None
    with desk.keeper.lend() as mended:
        assert mended.opened == 1


def test_an_idle_model_is_let_go_and_loaded_again() -> None:
    desk = Desk(idle_s=0.05)
    with desk.keeper.lend():
        time.sleep(0.2)
        assert desk.made[0].closed == 0
    until(lambda: desk.made[0].closed == 1)
    with desk.keeper.lend() as again:
        assert again.opened == 1
    desk.keeper.close()
