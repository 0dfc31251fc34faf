"""Make the picture of the task pane in the README anew.

    python -m docs.generators.taskpane_picture

Needs Chromium, playwright and xlwings Server, as the tests of the task pane do: the pictures are
of the real page, answered by the real server, beside the stand-in for Excel of the tests.
"""

from __future__ import annotations

import base64
import tempfile
from pathlib import Path
from typing import Any

from tests.support.browser import Pane, new_pane, started_chromium
from tests.support.server_process import running_server
from tests.support.taskpane_book import CONTRACT, fill_book, tables

PICTURE = Path(__file__).resolve().parents[1] / "pictures" / "taskpane.png"
FRAME = """<!doctype html>
<body style="margin: 0; padding: 14px; display: flex; align-items: flex-start; gap: 14px;
  background: #dfe5eb; width: max-content; height: max-content">
{pictures}
</body>
"""
ONE = '<img src="data:image/png;base64,{data}" style="border-radius:6px;display:block">'


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder)) as server,
        started_chromium() as browser,
        new_pane(browser) as pane,
    ):
        pictures = []
        for show in (a_function, a_contract, a_check):
            pane.open(f"{server.address}/taskpane.html")
            pane.page.wait_for_selector("button.card")
            fill_book(pane, _with_mistakes())
            show(pane)
            pictures.append(base64.b64encode(pane.page.screenshot()).decode())
        _put_side_by_side(pane.page, pictures)
    print(f"wrote {PICTURE.name}")


def a_function(pane: Pane) -> None:
    pane.page.click('button.card[data-name="PBR_THRESHOLD_BONUS"]')
    for name, text in {"savings": "4,000,000", "threshold": "3,000,000", "rate": "10%"}.items():
        pane.page.fill(f"#argument-{name}", text)
    pane.page.get_by_role("button", name="Insert into the selected cell").click()
    pane.page.wait_for_selector("#functions .notice.good")
    pane.page.evaluate("window.scrollTo(0, 0); document.activeElement.blur()")


def a_contract(pane: Pane) -> None:
    pane.page.click("#tab-contracts")
    pane.page.click(f'#contracts button.card[data-name="{CONTRACT}"]')
    pane.page.evaluate("document.activeElement.blur()")


def a_check(pane: Pane) -> None:
    pane.page.click("#tab-check")
    pane.page.wait_for_function("document.getElementById('table-Claims').value")
    pane.page.get_by_role("button", name="Check the tables").click()
    pane.page.wait_for_selector("#check .problem")
    pane.page.evaluate("document.activeElement.blur(); window.scrollTo(0, 380)")


def _with_mistakes() -> dict[str, list[list[Any]]]:
    rows = tables()
    rows["Placements"][2][3] = "about £1,380"
    rows["Placements"][5][5] = rows["Placements"][5][4] - 9
    return rows


def _put_side_by_side(page: Any, pictures: list[str]) -> None:
    page.set_viewport_size({"width": 1200, "height": 900})
    page.goto("about:blank")
    page.set_content(FRAME.format(pictures="\n".join(ONE.format(data=one) for one in pictures)))
    page.locator("body").screenshot(path=str(PICTURE))


if __name__ == "__main__":
    main()
