"""The worked examples of ``tests/data/second_edition*.toml`` as lives and the figures they give."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tests.support.life.as_ranges import FIELDS
from tests.support.life.statement import statement
from tests.support.life.tables import (
    AgreedMonth,
    Carer,
    Claim,
    CohortChild,
    Cost,
    Life,
    Placement,
    Price,
    Rate,
    Terms,
    Variation,
)

TESTS = Path(__file__).resolve().parents[2]
FILES = sorted((TESTS / "data").glob("second_edition*.toml"))
BUILT_IN = TESTS.parent / "xlpbr" / "contract" / "built_in"

RECORDS: dict[str, Callable[..., Any]] = {
    "placements": Placement,
    "carers": Carer,
    "claims": Claim,
    "cohort": CohortChild,
    "prices": Price,
    "costs": Cost,
    "rates": Rate,
    "agreed": AgreedMonth,
}
NEEDED = {"residential": None, "family": None, "moved_on": None}
"""What a placement may lack though its record asks for it."""
KEYS = {"name", "why", "as_at", "contract", "terms", "without", "variations", "agreed_then"}
KEYS |= {table.capitalize() for table in RECORDS}
FIGURES = ("statement", "sums", "invoice", "years")


@dataclass(frozen=True)
class Example:
    name: str
    life: Life
    figures: dict[str, Any]


def records(table: str, rows: list[dict[str, Any]]) -> tuple[Any, ...]:
    """Rows by their headings as records."""
    made = []
    for row in rows:
        values = {FIELDS[table][heading]: cell for heading, cell in row.items()}
        made.append(RECORDS[table](**(NEEDED if table == "placements" else {}) | values))
    return tuple(made)


def built_in(contract: str) -> dict[str, Any]:
    """The terms and the sample rows of a built-in contract, as they stand in its file."""
    text = (BUILT_IN / f"{contract}.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    terms = {term: row["value"] for term, row in document["terms"].items() if "value" in row}
    rows = {name: document["sample"][name] for name in ("Placements", "Carers", "Claims")}
    return {"terms": terms} | rows


def life_of(entry: dict[str, Any]) -> Life:
    base = built_in(entry["contract"]) if "contract" in entry else {"terms": {}}
    terms = base["terms"] | entry.get("terms", {})
    for term in entry.get("without", []):
        del terms[term]
    varied = [Variation(v["Term"], v["From"], v.get("Value")) for v in entry.get("variations", [])]
    rows: dict[str, Any] = {
        table: records(table, entry.get(table.capitalize(), base.get(table.capitalize(), [])))
        for table in RECORDS
    }
    life = Life(Terms(terms, tuple(varied)), **rows, as_at=entry.get("as_at"))
    then = entry.get("agreed_then")
    if then is None:
        return life
    known_then = dataclasses.replace(life, placements=records("placements", then["Placements"]))
    until: date = then["until"]
    agreed = [
        AgreedMonth(row.month, float(row.payable))
        for row in statement(known_then)
        if row.month <= until
    ]
    return dataclasses.replace(life, agreed=tuple(agreed))


def examples() -> list[Example]:
    documents = [tomllib.loads(file.read_text(encoding="utf-8")) for file in FILES]
    made = []
    for entry in [entry for document in documents for entry in document["example"]]:
        assert set(entry) <= KEYS | set(FIGURES), entry["name"]
        figures = {kind: entry[kind] for kind in FIGURES if kind in entry}
        assert figures, entry["name"]
        made.append(Example(entry["name"], life_of(entry), figures))
    return made
