"""Where the frozen program begins."""

import os
import sys

# What the loader set for this process alone. Programs that we start (a PDF viewer, the browser)
# must not look for their libraries in our folder; ours were found before this line ran, and a
# worker sets its own.
_OURS = ("LD_LIBRARY_PATH", "QT_PLUGIN_PATH", "QML2_IMPORT_PATH")


def leave_environment() -> None:
    """Give the environment back the way the user's session has it."""
    for name in _OURS:
        before = os.environ.pop(f"{name}_ORIG", None)
        if before is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = before


if __name__ == "__main__":
    leave_environment()
    from folioscope.__main__ import main

    sys.exit(main())
