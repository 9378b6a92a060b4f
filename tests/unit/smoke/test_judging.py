"""What a smoke test accepts, and what it must not."""

import pytest

from smoke.inside import Outcome
from smoke.judging import APT_SAYS, answer, must_be_a_sentence, must_be_quiet
from smoke.reading import ShownLine, find
from smoke.steps import SmokeError, Steps


def test_a_quiet_end_is_accepted() -> None:
    outcome = Outcome(0, "found\n", "\n")
    assert must_be_quiet(outcome) is outcome


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (Outcome(1, "", ""), "Exit code 0 was expected"),
        (Outcome(-11, "all well", ""), "exit code -11"),
        (Outcome(0, "", "qt.qpa: a warning\n"), "qt.qpa: a warning"),
        (Outcome(0, "", "", ("runs on: /proc/7 folioscope",)), "/proc/7 folioscope"),
    ],
)
def test_other_ends_are_not(outcome: Outcome, told: str) -> None:
    with pytest.raises(SmokeError, match=told):
        must_be_quiet(outcome)


def test_only_whole_lines_are_allowed() -> None:
    line = "debconf: delaying package configuration, since apt-utils is not installed"
    must_be_quiet(Outcome(0, "", f"{line}\n"), allowed=APT_SAYS)
    with pytest.raises(SmokeError, match="and more"):
        must_be_quiet(Outcome(0, "", f"{line} and more\n"), allowed=APT_SAYS)


def test_one_sentence_for_users_is_accepted() -> None:
    said = "The library at /nowhere cannot be made: no room. Choose another folder."
    assert must_be_a_sentence(Outcome(3, "", f"{said}\n"), about="/nowhere") == said


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(0, "", "All is well."),
        Outcome(3, "", ""),
        Outcome(3, "", "One thing.\nAnother thing."),
        Outcome(3, "", "PermissionError: [Errno 13] Permission denied: '/nowhere'."),
        Outcome(3, "", "The library cannot be made."),
        Outcome(70, "", "That did not work because of a fault in Folioscope. /nowhere"),
        Outcome(3, "", "Something about /nowhere without an end"),
        Outcome(3, "", "There is no room in /nowhere.", ("runs on: /proc/7",)),
    ],
)
def test_anything_else_is_no_sentence(outcome: Outcome) -> None:
    with pytest.raises(SmokeError):
        must_be_a_sentence(outcome, about="/nowhere")


def test_an_answer_is_one_json_document() -> None:
    assert answer(Outcome(0, '{"pages": 11}\n', "")) == {"pages": 11}
    with pytest.raises(SmokeError, match="no JSON"):
        answer(Outcome(0, "11 pages", ""))


def test_text_on_screen_is_found_whatever_its_spaces() -> None:
    lines = [ShownLine("Port ofWesthaven", 5, 5), ShownLine("Page4 of 6", 9, 9)]
    assert find(lines, "Page 4 of 6") == lines[1]
    assert find(lines, "Page 5 of 6") is None


def test_a_failing_step_ends_its_part_only(capsys: pytest.CaptureFixture[str]) -> None:
    steps, reached = Steps(), []
    with steps.part("first"):
        with steps.step("breaks"):
            raise SmokeError("what was seen")
        reached.append("behind the broken step")
    with steps.part("second"):
        with steps.check("breaks, and nothing needs it"):
            raise SmokeError("other")
        with steps.step("holds"):
            reached.append("second")
    assert reached == ["second"]
    assert steps.failed == ["first: breaks", "second: breaks, and nothing needs it"]
    assert "failed: first: breaks" in steps.summary()
    told = capsys.readouterr().out
    assert "what was seen" in told
    assert "ok" in told.splitlines()[-1]


def test_faults_of_the_smoke_test_itself_are_not_taken_for_faults_of_the_artifact() -> None:
    steps = Steps()
    with pytest.raises(ZeroDivisionError), steps.part("first"), steps.step("wrong"):
        raise ZeroDivisionError
    assert steps.failed == []
