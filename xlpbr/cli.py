"""The command line's door: answers ``--version`` at once and hands the rest to ``commands``."""

import sys

from xlpbr import __version__


def main() -> None:
    """Run the command that was typed and leave with its exit status."""
    if sys.argv[1:] == ["--version"]:
        print(f"xlpbr {__version__}")  # noqa: T201
        return
    try:
        from xlpbr.commands.main import run  # noqa: PLC0415
    except KeyboardInterrupt:
        sys.exit(2)  # stopped before it began

    sys.exit(run())


if __name__ == "__main__":
    main()
