"""What Calc hands over and takes back, and what LibreOffice is told: without LibreOffice."""

from __future__ import annotations

import datetime as dt
import math
import re
import struct
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import xlpbr
from xlpbr.errors import CellError
from xlpbr.functions import FUNCTIONS
from xlpbr.udfs.calc import functions as calc
from xlpbr.udfs.calc import registration
from xlpbr.workbook.libreoffice import setup as calc_setup

FROM_1900 = (1899, 12, 30)
OOR = "{http://openoffice.org/2001/registry}"


def handed(name: str, *given: object, null_date: tuple[int, int, int] = FROM_1900) -> object:
    function = FUNCTIONS[name]
    rest = (None,) * (len(function.arguments) - len(given))
    return calc.call(function, null_date, (*given, *rest))


def error_in(number: object) -> int:
    """Calc's number of an error, as it reads it from a number that is none."""
    assert isinstance(number, float)
    assert math.isnan(number)
    bits: int = struct.unpack("<Q", struct.pack("<d", number))[0]
    return bits & 0xFFFFFFFF


# -- values ----------------------------------------------------------------------------------


def test_a_function_takes_numbers_texts_and_ranges_and_gives_rows():
    assert handed("PBR_FEE_CAP", 45000.0, 349883.33, 310000.0) == ((39883.33,),)
    columns = (((45000.0,), ("",)), ((349883.33,), ("£399,866.66",)), 310000.0)
    assert handed("PBR_FEE_CAP", *columns) == ((39883.33,), (0.0,))


def test_a_function_that_gives_one_cell_gives_it_alone():
    assert handed("PBR_CLAWBACK", 45000.0, 30000.0, 349883.33) == 15000.0
    assert handed("PBR_VERSION") == xlpbr.__version__
    single = {name for name, one in FUNCTIONS.items() if calc.gives_one_cell(one)}
    assert single == {"PBR_CLAWBACK", "PBR_RUN_RATE", "PBR_OUTCOME_FEE", "PBR_VERSION"}


@pytest.mark.parametrize(
    ("code", "number"), [("#VALUE!", 519), ("#NUM!", 503), ("#N/A", 32767), ("#DIV/0!", 532)]
)
def test_an_error_is_the_number_by_which_calc_knows_it(code: str, number: int):
    assert error_in(calc.error_number(code)) == number
    assert calc.ERROR_CODES[number] == code
    assert error_in(calc.error_number("#SPILL!")) == 519


def test_errors_in_cells_and_of_the_whole():
    rows = handed("PBR_THRESHOLD_BONUS", (("x",), (4e6,)), 3e6, 0.1)
    assert isinstance(rows, tuple)
    assert error_in(rows[0][0]) == 519
    assert rows[1] == (100000.0,)
    assert error_in(handed("PBR_CLAWBACK", "x", 1.0, 1.0)) == 519
    assert error_in(handed("PBR_TERMS", "no such contract")[0][0]) == 32767  # type: ignore[index]


def test_a_blank_date_alone_is_a_blank_date():
    days = (46082.0, 46082.0, 46112.0)
    moved, start, end = days
    still_in_place = handed("PBR_SAVING", 7000.0, 1400.0, moved, 0.0, start, end)
    assert still_in_place == handed("PBR_SAVING", 7000.0, 1400.0, moved, "", start, end)
    assert handed("PBR_SAVING", 7000.0, 1400.0, 0.0, 0.0, start, end) == ((0.0,),)


def test_a_zero_that_may_be_a_blank_cell_is_refused_where_a_blank_is_no_zero():
    with calc.errors_noted() as errors:
        (result,) = handed("PBR_CONTRACT_CAP", 126990.0, 0.0)  # type: ignore[misc]
    assert error_in(result[0]) == 519
    assert [error.message for error in errors] == [
        "maximum: found 0, which in Calc may be a blank cell; write the cell as a range, such as"
        " B5:B5 for B5, or a 0 as a text"
    ]
    # In a range Calc tells them apart, and where a blank counts as 0 there is nothing to tell.
    assert handed("PBR_CONTRACT_CAP", 126990.0, ((0.0,),)) == ((0.0,),)
    assert handed("PBR_CONTRACT_CAP", 126990.0, (("",),)) == ((126990.0,),)
    assert handed("PBR_CONTRACT_CAP", 126990.0, "0") == ((0.0,),)
    assert handed("PBR_CONTRACT_CAP", 126990.0, 1e6, 0.0) == ((126990.0,),)


def test_what_pbr_cells_marks_is_told_apart():
    marked = calc.marked
    argument = FUNCTIONS["PBR_SAVING"].arguments[0]
    rows = ((marked(True), marked(False), marked("#N/A"), marked(46082.0), "", 1.5, "text"),)
    [[yes, no, error, day, *rest]] = calc.from_calc(argument, rows)
    assert (yes, no) == (True, False)
    assert isinstance(error, CellError)
    assert error.code == "#N/A"
    assert day == dt.date(2026, 3, 1)
    assert rest == [None, 1.5, "text"]
    assert calc.from_calc(argument, ((marked(-5.0),),)) == [[-5.0]]


def test_days_count_from_where_the_document_says():
    serial = float((dt.date(2026, 3, 1) - dt.date(1904, 1, 1)).days)
    price = (10000.0, ((serial,),), serial, serial)
    assert handed("PBR_OUTCOME_FEE", *price, null_date=(1904, 1, 1)) == 10000.0
    with calc.errors_noted() as errors:
        assert error_in(handed("PBR_OUTCOME_FEE", *price, null_date=(1900, 1, 1))) == 519
    assert "30/12/1899" in errors[0].message


def test_an_error_that_was_handed_over_is_not_noted_as_the_functions_own():
    with calc.errors_noted() as errors:
        handed("PBR_FEE_CAP", ((calc.marked("#DIV/0!"),),), ((1.0,),))
    assert errors == []


# -- what LibreOffice is told ----------------------------------------------------------------


def test_every_function_is_declared_with_its_arguments():
    text = registration.types()
    for prefix in ("", "XLDUDF_"):
        for name, function in FUNCTIONS.items():
            (line,) = re.findall(rf" {prefix}{name}\(([^)]*)\);", text)
            inner = [one.split()[-1] for one in line.split(",")]
            assert inner[0] == "caller"
            assert inner[1:] == [one.name.replace("_", "") for one in function.arguments]


def test_help_comes_from_the_catalogue():
    tree = ET.fromstring(registration.private_settings())
    functions = {
        node.get(f"{OOR}name"): node
        for node in tree.iterfind(f".//node[@{OOR}name='AddInFunctions']/node")
    }
    assert len(functions) == 2 * len(FUNCTIONS) + 1
    for name, function in FUNCTIONS.items():
        node = functions[name]
        assert _prop(node, "DisplayName") == _prop(node, "CompatibilityName") == name
        assert _prop(node, "Description") == function.help
        parameters = node.findall("node/node")
        shown = [(_prop(one, "DisplayName"), _prop(one, "Description")) for one in parameters]
        assert shown == [(one.name, one.help) for one in function.arguments]
        assert _prop(functions[f"XLDUDF_{name}"], "CompatibilityName") == f"_xldudf_{name}"


def _prop(node: ET.Element, name: str) -> str | None:
    return node.findtext(f"prop[@{OOR}name='{name}']/value")


def test_the_extension_is_whole_and_runs_on_the_standard_library_alone(tmp_path: Path):
    path = tmp_path / "xlpbr.oxt"
    calc_setup.write_extension(path)
    with zipfile.ZipFile(path) as package:
        package.extractall(tmp_path / "oxt")
    folder = tmp_path / "oxt"
    listed = ET.fromstring((folder / "META-INF/manifest.xml").read_bytes())
    for entry in listed:
        name = next(value for key, value in entry.attrib.items() if key.endswith("full-path"))
        assert (folder / name).is_file()
    for part in folder.glob("*.xcu"):
        ET.fromstring(part.read_bytes())
    script = (
        "import sys; before = set(sys.modules); sys.path.insert(0, sys.argv[1])\n"
        "from xlpbr.functions import FUNCTIONS; from xlpbr.udfs.calc import functions as calc\n"
        "assert calc.__file__.startswith(sys.argv[1])\n"
        "print(FUNCTIONS['PBR_TERMS'].call('plymouth-l04-2526')[1][0], len(FUNCTIONS))\n"
        "names = {n.partition('.')[0] for n in set(sys.modules) - before}\n"
        "print(sorted(names - set(sys.stdlib_module_names) - {'xlpbr'}))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script, str(folder / "pythonpath")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [f"Contract {len(FUNCTIONS)}", "[]"]
