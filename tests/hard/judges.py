"""LibreOffice and the Open XML validator as judges of what the edits wrote."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.hard import libreoffice, validator
from tests.hard.results import Run

if TYPE_CHECKING:
    from tests.hard.corpus_part import Trial

JUDGED = ("add", "replace", "remove", "set", "attach")


def judge(run: Run, trials: list[Trial]) -> None:
    """Hold every output against its original, in both programs, where they are installed."""
    outputs = [
        (trial, operation, trial.outputs[operation])
        for trial in trials
        for operation in JUDGED
        if operation in trial.outputs
    ]
    program = validator.find_validator()
    if program is None:
        run.figures["validator"] = "not installed: not run"
    else:
        _validate(run, outputs, program)
    try:
        _open(run, outputs)
    except RuntimeError as error:
        run.figures["LibreOffice"] = f"not run: {error}"


def _validate(run: Run, outputs: list[tuple[Trial, str, Path]], program: Path) -> None:
    originals = sorted({trial.book.path for trial, _, _ in outputs})
    before = dict(zip(originals, validator.findings_of_all(originals, program), strict=True))
    found = validator.findings_of_all([path for _, _, path in outputs], program)
    for (trial, operation, _), after in zip(outputs, found, strict=True):
        run.count("files judged by the Open XML validator")
        new = validator.newly_invalid(before[trial.book.path], after)
        for (part, kind, text), number in list(new.items())[:3]:
            run.fail(
                f"{trial.book.name}, {operation}: newly invalid, {number} times: "
                f"{part} {kind} {text[:200]}"
            )
    for trial in {id(trial): trial for trial, _, _ in outputs}.values():
        entry = trial.book.entry
        if entry is not None and before[trial.book.path] and not entry.not_valid:
            faults = list(before[trial.book.path])[:2]
            run.fail(f"{entry.name}: the corpus itself is not valid: {faults}")


def _open(run: Run, outputs: list[tuple[Trial, str, Path]]) -> None:
    for trial in {id(trial): trial for trial, _, _ in outputs}.values():
        # One workbook at a time with its outputs, so that their values fit into memory.
        mine = [(operation, path) for other, operation, path in outputs if other is trial]
        before, *after = libreoffice.open_all([trial.book.path, *(path for _, path in mine)])
        entry = trial.book.entry
        if before.sheets is None:
            run.count("originals that LibreOffice cannot open")
            if entry is not None and not entry.not_in_libreoffice:
                run.fail(f"{trial.book.name}: LibreOffice cannot open the original")
            continue
        for (operation, _), opened in zip(mine, after, strict=True):
            run.count("files opened by LibreOffice before and after")
            if opened.sheets is None:
                run.fail(f"{trial.book.name}, {operation}: LibreOffice no longer opens it")
                continue
            wrong = libreoffice.differences(before.sheets, opened.sheets)
            if operation == "set":
                wrong = [text for text in wrong if not _is_the_cell(trial, text)]
            if wrong:
                run.fail(f"{trial.book.name}, {operation}: LibreOffice shows {wrong[:3]}")


def _is_the_cell(trial: Trial, text: str) -> bool:
    sheet, address = trial.set_cell
    return text.startswith(f"{sheet} ({address[1:]}, 2):")
