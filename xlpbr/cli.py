"""The command line's door: answers ``--version`` at once and hands the rest to ``commands``."""

import gc
import os
import sys

from xlpbr import __version__

_SELDOM = (100_000, 50, 50)
"""After how many new objects Python looks for those that hold only each other."""


def main() -> None:
    """Run the command that was typed and leave with its exit status."""
    if sys.argv[1:] == ["--version"]:
        print(f"xlpbr {__version__}")  # noqa: T201
        return
    # A command makes much and drops little; to look through it all takes a twentieth of its time.
    gc.set_threshold(*_SELDOM)
    # No sum here is one of matrices; without this numpy starts a thread for each processor as it
    # loads, and they wait busily.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from xlpbr.commands.main import run  # noqa: PLC0415
    except KeyboardInterrupt:
        sys.exit(2)  # stopped before it began

    status = run()
    # The memory goes back as a whole: Python need not look through it once more before it leaves.
    gc.freeze()
    sys.exit(status)


if __name__ == "__main__":
    main()
