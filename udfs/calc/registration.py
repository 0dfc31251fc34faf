"""What LibreOffice must be told about the functions, generated from the catalogue.

Types, component, names and help: the same for a private Calc (``private_settings``) and for the
extension that a person installs (``extension_members``).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from string import Template
from xml.sax.saxutils import escape, quoteattr

import xlpbr
from xlpbr.functions import FUNCTIONS
from xlpbr.functions.catalogue import WorksheetFunction
from xlpbr.udfs.calc import functions as calc
from xlpbr.udfs.hosts import OFFICE_JS
from xlpbr.udfs.needed_files import needed_files

IDENTIFIER = "org.xlpbr.calc"
"""What the extension is called in LibreOffice."""

_ANY = "any"
_ROWS = "sequence< sequence< any > >"
_CALLER = "[in] com::sun::star::beans::XPropertySet caller"
_REFERENCE = "[in] com::sun::star::table::XCellRange reference"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def types() -> str:
    """The functions as LibreOffice's interface language has them."""
    methods = [
        _method(prefix, function) for prefix in ("", calc.TWIN) for function in FUNCTIONS.values()
    ]
    methods.append(f"  {_ROWS} {calc.CELLS_FUNCTION}({_CALLER}, {_REFERENCE});")
    return _filled("extension/types.idl", methods="\n".join(methods))


def _method(prefix: str, function: WorksheetFunction) -> str:
    gives = _ANY if calc.gives_one_cell(function) else _ROWS
    taken = [f"[in] {_ANY} {_identifier(argument.name)}" for argument in function.arguments]
    return f"  {gives} {prefix}{function.name}({', '.join([_CALLER, *taken])});"


def _identifier(name: str) -> str:
    """An argument's name as the interface language takes it, which knows no underscore there."""
    return name.replace("_", "")


def components(services: Mapping[str, tuple[str, str]], folder: str = "") -> str:
    """The components, each with its file.

    Args:
        services: by file, the implementation's name and its service.
        folder: what stands before the file's name; nothing where it stands beside the list.
    """
    listed = "".join(
        f'<component loader="com.sun.star.loader.Python" uri={quoteattr(folder + file)}>'
        f"<implementation name={quoteattr(name)}><service name={quoteattr(service)}/>"
        "</implementation></component>\n"
        for file, (name, service) in services.items()
    )
    return (
        f'{_DECLARATION}<components xmlns="http://openoffice.org/2010/uno-components">\n'
        f"{listed}</components>\n"
    )


FUNCTIONS_FILE = "component.py"
FUNCTIONS_COMPONENT = {FUNCTIONS_FILE: (f"{IDENTIFIER}.Functions", calc.SERVICE)}


def bootstrap(folder: str) -> str:
    """The ``unorc`` of a private Calc: where its types and components are.

    Args:
        folder: the address of the folder, ending in a stroke.
    """
    return f"[Bootstrap]\nUNO_TYPES={folder}types.idl\nUNO_SERVICES={folder}xlpbr.components\n"


def add_in() -> str:
    """The functions and their help, as the configuration of Calc has them."""
    functions = _function(calc.CELLS_FUNCTION, calc.CELLS_HELP, [calc.CELLS_ARGUMENT])
    for function in FUNCTIONS.values():
        arguments = [(one.name, one.help) for one in function.arguments]
        functions += _function(function.name, function.help, arguments)
        functions += _function(
            calc.TWIN + function.name,
            f"{function.name} in a workbook for an Office add-in. {function.help}",
            arguments,
            name_in_files=OFFICE_JS + function.name,
            category="Add-In",
        )
    return (
        f'<node oor:name="{calc.SERVICE}" oor:op="replace"><node oor:name="AddInFunctions">\n'
        f"{functions}</node></node>"
    )


def _function(
    method: str,
    help_text: str,
    arguments: list[tuple[str, str]],
    *,
    name_in_files: str = "",
    category: str = "Financial",
) -> str:
    """One function; a method can have one name only by which workbooks call it."""
    name = name_in_files or method
    parameters = "".join(
        f'<node oor:name="{_identifier(argument)}" oor:op="replace">'
        f"{_text('DisplayName', argument)}{_text('Description', said)}</node>\n"
        for argument, said in arguments
    )
    return (
        f'<node oor:name="{method}" oor:op="replace">{_text("DisplayName", name)}'
        f"{_text('Description', help_text)}"
        f'<prop oor:name="Category"><value>{category}</value></prop>'
        f"{_text('CompatibilityName', name)}"
        f'<node oor:name="Parameters">{parameters}</node></node>\n'
    )


def _text(name: str, text: str) -> str:
    return f'<prop oor:name="{name}"><value xml:lang="en-US">{escape(text)}</value></prop>'


def private_settings(items: str = "") -> str:
    """The ``registrymodifications.xcu`` of a fresh profile: the functions, and how Calc behaves.

    Dates and numbers are British, a workbook is calculated when it is loaded, and no file is
    locked.

    Args:
        items: further items.
    """
    return _filled("private_settings.xcu", add_in=add_in(), items=items)


def component_files(*components: str) -> dict[str, bytes]:
    """Some files beside this one that LibreOffice loads, and all that they need, by their place."""
    names = {file: f"{__package__}.{file.removesuffix('.py')}" for file in components}
    files = needed_files(*names.values())
    own = {file: files.pop(f"{name.replace('.', '/')}.py") for file, name in names.items()}
    places = own | {f"pythonpath/{name}": text for name, text in files.items()}
    return {place: text.encode() for place, text in places.items()}


def extension_members() -> dict[str, bytes]:
    """The extension (.oxt) that LibreOffice installs, member by member."""
    facts = {"identifier": IDENTIFIER, "version": xlpbr.__version__, "add_in": add_in()}
    texts = {
        "types.idl": types(),
        "xlpbr.components": components(FUNCTIONS_COMPONENT),
        **{
            name: _filled(f"extension/{name}", **facts)
            for name in ("META-INF/manifest.xml", "description.xml", "CalcAddIns.xcu")
        },
    }
    members = {name: text.encode() for name, text in texts.items()}
    return members | component_files(FUNCTIONS_FILE)


def _filled(file: str, **facts: str) -> str:
    """A file in this folder with its places filled in."""
    text = (Path(__file__).parent / file).read_text(encoding="utf-8")
    return Template(text).substitute(facts)
