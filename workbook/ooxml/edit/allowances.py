"""What an edit passes over only when it is told to."""

from __future__ import annotations

SIGNED = "signed"
LOCKED_STRUCTURE = "locked-structure"
PROTECTED_SHEET = "protected-sheet"

ALLOWANCES: dict[str, str] = {
    SIGNED: "Edit a signed workbook all the same; its signature is void then.",
    LOCKED_STRUCTURE: "Add or take out sheets although the workbook's structure is locked.",
    PROTECTED_SHEET: "Change locked cells of a protected sheet.",
}
"""Each with what is done all the same, as a sentence."""
