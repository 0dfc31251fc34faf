"""The commands by their names: runs the one that is typed, and gives every problem a line.

Each command reads, settles and shows; it holds no rule. Exit status 0; 1 for problems in the data,
all of them listed; 2 for a call that cannot be carried out.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module

import click

import xlpbr
from xlpbr.commands import terminal
from xlpbr.errors import CellError, FileProblem

WRONG_CALL = 2


def run() -> int:
    """Run the command that was typed; every problem becomes one line and an exit status."""
    try:
        status = commands.main(prog_name="xlpbr", standalone_mode=False)
    except click.Abort:
        terminal.say("Stopped; nothing was written.")
        return WRONG_CALL
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return WRONG_CALL
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        called = context.command_path if context else "xlpbr"
        message = error.format_message().rstrip(".")
        terminal.say(f"{message}. See: {called} --help")
        return WRONG_CALL
    except FileProblem as problem:
        terminal.say(f"{problem} [{problem.code}]" if problem.code else str(problem))
        return WRONG_CALL
    except CellError as error:
        # What is wrong in the data has been listed by now: the call asks for what is not there.
        terminal.say(f"{error.code} {error.message}")
        return WRONG_CALL
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        # What a file gives has its own sentence; this is the rest, such as a temporary folder.
        at = f" ({error.filename})" if error.filename else ""
        terminal.say(
            f"The computer says: {error.strerror or error}{at}. Look whether the disk has room and"
            " whether you may write there, and run the command again."
        )
        return WRONG_CALL
    # A command that leaves early gives its exit status; the others give nothing.
    return status if isinstance(status, int) else 0


_MODULES: Mapping[str, str] = {
    command: module
    for module, named in {
        "new": ("new", "demo"),
        "contracts": ("contracts", "terms"),
        "check": ("check",),
        "figures": ("statement", "readings", "explain", "invoice", "lines", "children", "years"),
        "report": ("report",),
        "edit": ("attach", "detach", "insert", "recalc"),
        "agree": ("agree", "changes"),
        "hosts": ("install", "port", "serve"),
        "forecast": ("forecast",),
        "portfolio": ("portfolio",),
        "acceptance": ("acceptance",),
        "doctor": ("doctor",),
    }.items()
    for command in named
}
"""Each command with the module of this folder in which it stands."""


class _Commands(click.Group):
    """The commands; the module of one is loaded when it is named or listed.

    Most of the time that a command takes to start would go into the modules of the others.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click asks
        return sorted(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _MODULES and cmd_name not in self.commands:
            module = import_module(f"xlpbr.commands.{_MODULES[cmd_name]}")
            self.add_command(getattr(module, cmd_name))
        return super().get_command(ctx, cmd_name)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(xlpbr.__version__, prog_name="xlpbr", message="%(prog)s %(version)s")
def commands() -> None:
    """Payment-by-results contracts in Excel: statements and reports, right to the penny."""
