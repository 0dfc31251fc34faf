"""What LibreOffice must be told about the functions, generated from the catalogue.

Types, component, names and help: the same for a private Calc (``private_folder``) and for the
extension that a person installs (``extension_members``).
"""

from __future__ import annotations

from collections.abc import Mapping
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
_REGISTRY = (
    'xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def types() -> str:
    """The functions as LibreOffice's interface language has them."""
    methods = [
        _method(prefix, function) for prefix in ("", calc.TWIN) for function in FUNCTIONS.values()
    ]
    methods.append(f"  {_ROWS} {calc.CELLS_FUNCTION}({_CALLER}, {_REFERENCE});")
    body = "\n".join(methods)
    return (
        "module org { module xlpbr { module calc {\n"
        f"interface XFunctions {{\n{body}\n}};\n"
        "}; }; };\n"
    )


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
    settings = [
        ("Office.CalcAddIns/AddInInfo", add_in()),
        ("Office.Calc/Formula/Load", _setting("OOXMLRecalcMode", "0")),
        ("Office.Common/Misc", _setting("UseLocking", "false")),
        ("Office.Common/Security/Scripting", _setting("MacroSecurityLevel", "3")),
        ("Setup/L10N", _setting("ooSetupSystemLocale", "en-GB")),
    ]
    listed = "".join(
        f'<item oor:path="/org.openoffice.{path}">{content}</item>\n' for path, content in settings
    )
    return f"{_DECLARATION}<oor:items {_REGISTRY}>\n{listed}{items}</oor:items>\n"


def _setting(name: str, value: str) -> str:
    return f'<prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop>'


def component_files(*components: str) -> dict[str, bytes]:
    """Some files beside this one that LibreOffice loads, and all that they need, by their place."""
    names = {file: f"{__package__}.{file.removesuffix('.py')}" for file in components}
    files = needed_files(*names.values())
    own = {file: files.pop(f"{name.replace('.', '/')}.py") for file, name in names.items()}
    places = own | {f"pythonpath/{name}": text for name, text in files.items()}
    return {place: text.encode() for place, text in places.items()}


def extension_members() -> dict[str, bytes]:
    """The extension (.oxt) that LibreOffice installs, member by member."""
    kinds = {
        "types.idl": "application/vnd.sun.star.uno-typelibrary;type=RDB",
        "xlpbr.components": "application/vnd.sun.star.uno-components",
        "CalcAddIns.xcu": "application/vnd.sun.star.configuration-data",
    }
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="{kind}"/>\n'
        for name, kind in kinds.items()
    )
    texts = {
        "META-INF/manifest.xml": f"{_DECLARATION}<manifest:manifest"
        f' xmlns:manifest="http://openoffice.org/2001/manifest">\n{entries}</manifest:manifest>\n',
        "description.xml": f"{_DECLARATION}<description"
        ' xmlns="http://openoffice.org/extensions/description/2006">\n'
        f'<identifier value="{IDENTIFIER}"/><version value="{xlpbr.__version__}"/>'
        '<display-name><name lang="en">xlpbr: payment by results</name></display-name>\n'
        "</description>\n",
        "types.idl": types(),
        "xlpbr.components": components(FUNCTIONS_COMPONENT),
        "CalcAddIns.xcu": f"{_DECLARATION}<oor:component-data {_REGISTRY}"
        ' oor:name="CalcAddIns" oor:package="org.openoffice.Office">\n'
        f'<node oor:name="AddInInfo">{add_in()}</node></oor:component-data>\n',
    }
    members = {name: text.encode() for name, text in texts.items()}
    return members | component_files(FUNCTIONS_FILE)
