"""A workbook that is open in another program is not written over, and who has it open is said."""

import pytest

from tests.support.saved_budget import OLD, problem_of, write_new
from tests.support.systems import on_posix
from xlpbr.errors import FileProblem
from xlpbr.workbook.files.safe_writing import refuse_open


def excel_owner(name, *, ansi=None):
    """The file that Excel writes beside a workbook: 1 + 54 + 2 + 2 x 54 = 165 bytes."""
    short = (ansi or name).encode("cp1252", "replace")[:54]
    wide = name[:54]
    content = bytes([len(short)]) + short.ljust(54) + len(wide).to_bytes(2, "little")
    return content + wide.ljust(54).encode("utf-16-le")


EXCEL, OFFICE = ("Excel", "~$budget.xlsx"), ("LibreOffice", ".~lock.budget.xlsx#")


@pytest.mark.parametrize(
    ("opened", "content", "by_whom"),
    [
        (EXCEL, excel_owner("Alice Smith"), " (by Alice Smith)"),
        (
            EXCEL,
            excel_owner("Zoë Müller-Łuczak", ansi="Zo? M?ller-?uczak"),
            " (by Zoë Müller-Łuczak)",
        ),
        (EXCEL, excel_owner("Alice Smith")[:55], " (by Alice Smith)"),
        (EXCEL, b"\5alice", " (by alice)"),
        (EXCEL, b"\xff" + b"A" * 200, f" (by {'A' * 54})"),
        (EXCEL, b"\3a\nb", " (by ab)"),
        (EXCEL, b"", ""),
        (EXCEL, b"\0" * 165, ""),
        (OFFICE, b",alice,alice-pc,22.11.2026 14:05,file:///home/alice/.config;", " (by alice)"),
        (
            OFFICE,
            "Smith\\, Zoë \\; \\\\,zoe,pc,22.11.2026 14:05,file:///x;".encode(),
            " (by Smith, Zoë ; \\)",
        ),
        (OFFICE, b"", ""),
    ],
)
def test_a_workbook_open_in_another_program(budget, opened, content, by_whom):
    program, owner = opened
    budget.with_name(owner).write_bytes(content)
    problem = problem_of(budget, write_new)
    assert problem.code == "open-in-excel"
    assert str(problem) == (
        f"{budget} is open in {program}{by_whom}; close it there and try again "
        f"(if nobody has it open, delete {owner} beside it)."
    )
    assert budget.read_bytes() == OLD
    with pytest.raises(FileProblem, match=f"is open in {program}"):
        refuse_open(budget)
    # The file is not ours: whoever has the workbook open takes it away.
    assert budget.with_name(owner).read_bytes() == content


def test_a_workbook_opened_while_we_write(budget):
    def write(temporary):
        write_new(temporary)
        budget.with_name("~$budget.xlsx").write_bytes(excel_owner("Alice Smith"))

    assert "is open in Excel (by Alice Smith)" in str(problem_of(budget, write))
    assert budget.read_bytes() == OLD


def test_an_owner_file_that_cannot_be_read_is_one(budget):
    budget.with_name("~$budget.xlsx").mkdir()
    assert str(problem_of(budget, write_new)).startswith(f"{budget} is open in Excel; close it")


@on_posix
def test_the_owner_file_is_beside_the_file_itself(budget):
    folder = budget.with_name("shortcuts")
    folder.mkdir()
    link = folder / "link.xlsx"
    link.symlink_to(budget)
    refuse_open(link)
    budget.with_name("~$budget.xlsx").write_bytes(excel_owner("Alice Smith"))
    assert str(problem_of(link, write_new)).startswith(f"{link} is open in Excel (by Alice Smith)")
