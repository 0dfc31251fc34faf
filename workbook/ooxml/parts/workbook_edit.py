"""Changes of ``workbook.xml``: sheets and defined names added and taken out.

Works on the bytes of that part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.parts.name_rules import refuse_defined_name, refuse_sheet_name
from xlpbr.workbook.ooxml.parts.workbook_part import (
    PATHS,
    DefinedName,
    ListedName,
    ListedSheet,
    Places,
    WorkbookPart,
    is_strict,
    listed_names,
    listed_sheets,
    relationship_prefixes,
)
from xlpbr.workbook.ooxml.xml.escaping import escape, quoteattr
from xlpbr.workbook.ooxml.xml.splice import (
    Element,
    Splice,
    as_utf8,
    container,
    elements,
    refilled,
    spliced,
    with_attributes,
)
from xlpbr.workbook.ooxml.xml.strict_form import RELATIONSHIPS, STRICT_RELATIONSHIPS

HIGHEST_SHEET_ID = 65_534
"""The highest number that Excel takes for a sheet."""

# What may stand before the defined names, the last first.
_BEFORE_NAMES = ("externalReferences", "functionGroups", "sheets")


@dataclass(frozen=True, slots=True)
class WorkbookChanges:
    """What is to be done with the part, all at once.

    Attributes:
        add_sheets: sheets to list, after those that are there; their numbers are of
            ``new_sheet_ids``.
        remove_sheets: the relationship ids of sheets to strike out; names that only such a
            sheet knows go with it.
        add_names: names to define.
        remove_names: names to take away, with the name of the sheet that alone knows it or
            None.
    """

    add_sheets: tuple[ListedSheet, ...] = ()
    remove_sheets: frozenset[str] = frozenset()
    add_names: tuple[DefinedName, ...] = ()
    remove_names: frozenset[tuple[str, str | None]] = frozenset()


def new_sheet_ids(workbook: WorkbookPart, count: int) -> tuple[int, ...]:
    """Numbers for new sheets: above all in use, or the lowest free where Excel takes none above."""
    used = {sheet.sheet_id for sheet in workbook.sheets}
    last = max(used, default=0)
    order = chain(range(last + 1, HIGHEST_SHEET_ID + 1), range(1, last))
    return tuple(islice((number for number in order if number not in used), count))


def with_changes(data: bytes, changes: WorkbookChanges) -> bytes:
    """The part with sheets and names added and taken out; all else stays byte for byte.

    The views are mended: where a sheet goes that is shown, the next visible one is shown.
    Taking out what was added gives back the very bytes.

    Raises:
        FileProblem: a name is in use (code ``name-taken``) or not allowed by Excel (code
            ``bad-name``), or no visible sheet would be left (code ``last-sheet``).
        ValueError: a sheet or a name to remove is not there, a new name is for a sheet that
            is not there, or a number of a new sheet is in use; or the part is in an encoding
            that is not read.
        expat.ExpatError: the part is not well-formed.
    """
    text, back = as_utf8(data)
    places = elements(text, *PATHS)
    sheets = _sheets(listed_sheets(places), changes)
    splices = [
        *_sheet_splices(text, places, sheets, changes),
        *_name_splices(text, places, sheets, changes),
        *(_view_splices(text, places, sheets) if sheets.removed else ()),
    ]
    return back(spliced(text, splices))


@dataclass(frozen=True, slots=True)
class _Sheets:
    """The sheets before and after the change, and those that go.

    A sheet that is added has the index that it would have behind all those before the change.
    """

    before: Sequence[ListedSheet]
    removed: Sequence[ListedSheet]
    after: Sequence[ListedSheet]


def _sheets(before: Sequence[ListedSheet], changes: WorkbookChanges) -> _Sheets:
    unknown = changes.remove_sheets - {sheet.relationship_id for sheet in before}
    if unknown:
        raise ValueError(f"no sheets {sorted(unknown)}")
    removed = [sheet for sheet in before if sheet.relationship_id in changes.remove_sheets]
    after = [sheet for sheet in before if sheet.relationship_id not in changes.remove_sheets]
    numbers = {sheet.sheet_id for sheet in before}
    for index, new in enumerate(changes.add_sheets, start=len(before)):
        refuse_sheet_name(new.name)
        if _place(after, new.name) is not None:
            raise FileProblem(
                f"The workbook already has a sheet called {new.name}; rename that sheet, or "
                "give the new one another name.",
                "name-taken",
            )
        if new.sheet_id in numbers:
            raise ValueError(f"the number {new.sheet_id} of a sheet is in use")
        numbers.add(new.sheet_id)
        after.append(replace(new, index=index))
    if removed and not any(sheet.state == "visible" for sheet in after):
        raise FileProblem(
            "The workbook would have no visible sheet left, and Excel needs one; make another "
            "sheet visible first.",
            "last-sheet",
        )
    return _Sheets(before, removed, after)


def _place(sheets: Sequence[ListedSheet], name: str) -> int | None:
    """The place of the sheet of a name, capital or small letters; None when there is none."""
    wanted = name.casefold()
    return next(
        (place for place, sheet in enumerate(sheets) if sheet.name.casefold() == wanted), None
    )


def _moved(sheets: _Sheets, index: int) -> int:
    """The place after the change of a sheet that stays, or of the one that follows."""
    return index - sum(sheet.index < index for sheet in sheets.removed)


def _sheet_splices(
    text: bytes, places: Places, sheets: _Sheets, changes: WorkbookChanges
) -> list[Splice]:
    listing = places["workbook/sheets"][0]
    gone = [places["workbook/sheets/sheet"][sheet.index] for sheet in sheets.removed]
    prefixes = relationship_prefixes(places["workbook"][0], listing)
    namespace = STRICT_RELATIONSHIPS if is_strict(places) else RELATIONSHIPS
    declared = f" xmlns:r={quoteattr(namespace)}"
    known_by = f" {prefixes[0]}:id=" if prefixes else f"{declared} r:id="
    new = "".join(
        f"<{listing.prefix.decode()}sheet name={quoteattr(sheet.name)}"
        f' sheetId="{sheet.sheet_id}"'
        + (f" state={quoteattr(sheet.state)}" if sheet.state != "visible" else "")
        + f"{known_by}{quoteattr(sheet.relationship_id)}/>"
        for sheet in changes.add_sheets
    )
    return refilled(text, listing, new.encode(), gone)


def _name_splices(
    text: bytes, places: Places, sheets: _Sheets, changes: WorkbookChanges
) -> list[Splice]:
    entries = places["workbook/definedNames/definedName"]
    left = {_key(name, sheet) for name, sheet in changes.remove_names}
    removed = {sheet.index for sheet in sheets.removed}
    taken: set[tuple[str, int | None]] = set()
    gone: list[Element] = []
    splices: list[Splice] = []
    for entry, name in zip(entries, listed_names(text, places), strict=True):
        key = _key(name.name, _scope(sheets.before, name))
        if key in left or name.sheet in removed:
            left.discard(key)
            gone.append(entry)
            continue
        place = None if name.sheet is None else _moved(sheets, name.sheet)
        taken.add((name.name.casefold(), place))
        if place != name.sheet:
            splices.append(with_attributes(text, entry, {"localSheetId": str(place)}))
    if left:
        raise ValueError(f"no names {sorted(map(str, left))}")
    prefix = places["workbook"][0].prefix
    new = b"".join(_new_name(prefix, new, sheets, taken) for new in changes.add_names)
    containers = places["workbook/definedNames"]
    if containers:
        return [*splices, *refilled(text, containers[0], new, gone)]
    if not new:
        return splices
    place_of_names = next(
        places[f"workbook/{name}"][0].end for name in _BEFORE_NAMES if places[f"workbook/{name}"]
    )
    made = container(prefix + b"definedNames", b"", new)
    return [*splices, (place_of_names, place_of_names, made)]


def _key(name: str, sheet: str | None) -> tuple[str, str | None]:
    return name.casefold(), None if sheet is None else sheet.casefold()


def _scope(sheets: Sequence[ListedSheet], name: ListedName) -> str | None:
    """The name of the sheet that alone knows a name; None when all do; empty when none is there."""
    if name.sheet is None:
        return None
    return sheets[name.sheet].name if 0 <= name.sheet < len(sheets) else ""


def _new_name(
    prefix: bytes, new: DefinedName, sheets: _Sheets, taken: set[tuple[str, int | None]]
) -> bytes:
    refuse_defined_name(new.name)
    place = None if new.sheet is None else _place(sheets.after, new.sheet)
    if new.sheet is not None and place is None:
        raise ValueError(f"no sheet {new.sheet!r} for the name {new.name}")
    if (new.name.casefold(), place) in taken:
        where = "The workbook" if new.sheet is None else f"The sheet {new.sheet}"
        raise FileProblem(
            f"{where} already has the name {new.name} (in Excel: Formulas, Name Manager); rename "
            "that one, or choose another name.",
            "name-taken",
        )
    taken.add((new.name.casefold(), place))
    local = "" if place is None else f' localSheetId="{place}"'
    hidden = ' hidden="1"' if new.hidden else ""
    opening = f"name={quoteattr(new.name)}{local}{hidden}".encode()
    tag = prefix + b"definedName"
    return b"<%b %b>%b</%b>" % (tag, opening, escape(new.text).encode(), tag)


def _view_splices(text: bytes, places: Places, sheets: _Sheets) -> list[Splice]:
    splices = []
    for view in places["workbook/bookViews/workbookView"]:
        active = int(view.attributes.get("activeTab", "0"))
        first = int(view.attributes.get("firstSheet", "0"))
        new = {
            "activeTab": min(_shown(sheets, active), len(sheets.after) - 1),
            "firstSheet": min(_moved(sheets, first), len(sheets.after) - 1),
        }
        changed = {
            name: str(place)
            for name, place in new.items()
            if place != int(view.attributes.get(name, "0"))
        }
        if changed:
            splices.append(with_attributes(text, view, changed))
    gone = {str(sheet.sheet_id): sheet.index for sheet in sheets.removed}
    for view in places["workbook/customWorkbookViews/customWorkbookView"]:
        index = gone.get(view.attributes.get("activeSheetId", ""))
        if index is not None:
            shown = sheets.after[_shown(sheets, index)]
            splices.append(with_attributes(text, view, {"activeSheetId": str(shown.sheet_id)}))
    return splices


def _shown(sheets: _Sheets, index: int) -> int:
    """The place after the change of a sheet, or where it goes of the next visible one."""
    if all(sheet.index != index for sheet in sheets.removed):
        return _moved(sheets, index)
    visible = [place for place, sheet in enumerate(sheets.after) if sheet.state == "visible"]
    following = [place for place in visible if sheets.after[place].index > index]
    return following[0] if following else visible[-1]
