"""What can be typed after ``folioscope updates``."""

import argparse

ACTIONS = ("show", "check", "on", "off")


def add_updates(command: argparse.ArgumentParser) -> None:
    """Add the action; without one it is shown what is known, and nobody is asked."""
    command.add_argument(
        "action",
        nargs="?",
        choices=ACTIONS,
        default="show",
        help="show what is known (default), check now, or turn looking once a day on or off",
    )
