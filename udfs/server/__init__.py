"""xlwings Server: the functions for all people of a council, run on its own computer.

Comes in: requests over HTTP from Excel's add-in and from the task pane. Goes out: results, true
errors with their reason, the manifest and the pages. Nothing of a cell's content is logged.
"""

from importlib.util import find_spec

from xlpbr.errors import FileProblem


def refuse_missing_package() -> None:
    """Refuse to go on where what the modules of this folder import is not installed.

    Raises:
        FileProblem: with what to install.
    """
    if find_spec("xlwings_server") is None:
        raise FileProblem(
            "The server needs xlwings Server, which is not installed. Install it with: "
            "pip install 'xlpbr[server]'. Read about its licence in docs/guide/server.md first."
        )
