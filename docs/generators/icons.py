"""Draws the icons of the add-in: the mark of the task pane, in the sizes that Excel asks for.

    python docs/generators/icons.py

writes ``udfs/server/icons/xlpbr-16.png`` and so on, the same bytes each time. Needs nothing
but Python: the shapes are few, each pixel is the mean of 4 x 4 points.
"""

from __future__ import annotations

import math
import struct
import zlib
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "udfs" / "server" / "icons"
SIZES = (16, 32, 64, 80)
POINTS = 4

Colour = tuple[int, int, int]

# As in udfs/pages/mark.svg, on a square of 32 by 32.
SQUARE, CORNER = 32.0, 7.0
BACKGROUND: Colour = (0x1F, 0x3A, 0x5F)
LINES: tuple[tuple[float, float, float, float, float, Colour], ...] = (
    (7.0, 24.5, 25.0, 24.5, 1.6, (0xB8, 0xC2, 0xCC)),
    (9.5, 21.0, 9.5, 17.0, 3.0, (0xE6, 0xF2, 0xEA)),
    (14.0, 21.0, 14.0, 14.0, 3.0, (0xE6, 0xF2, 0xEA)),
    (18.5, 21.0, 18.5, 11.5, 3.0, (0xE6, 0xF2, 0xEA)),
    (23.0, 21.0, 23.0, 8.0, 3.0, (0xFF, 0xF7, 0xD6)),
)


def colour_at(x: float, y: float) -> Colour | None:
    """The colour of a point; None outside the rounded square."""
    for x1, y1, x2, y2, width, colour in reversed(LINES):
        # All lines stand upright or lie flat, from larger to smaller y or from left to right.
        if not (x1 - width <= x <= x2 + width and y2 - width <= y <= y1 + width):
            continue
        along_x, along_y = x2 - x1, y2 - y1
        share = ((x - x1) * along_x + (y - y1) * along_y) / (along_x**2 + along_y**2)
        share = min(1.0, max(0.0, share))
        if math.hypot(x - x1 - share * along_x, y - y1 - share * along_y) <= width / 2:
            return colour
    past_x = max(CORNER - x, x - (SQUARE - CORNER), 0.0)
    past_y = max(CORNER - y, y - (SQUARE - CORNER), 0.0)
    return BACKGROUND if math.hypot(past_x, past_y) <= CORNER else None


def pixel(size: int, column: int, row: int) -> bytes:
    """A pixel as red, green, blue and how far it covers what is beneath."""
    scale = SQUARE / size / POINTS
    seen = [
        colour_at((column * POINTS + across + 0.5) * scale, (row * POINTS + down + 0.5) * scale)
        for down in range(POINTS)
        for across in range(POINTS)
    ]
    inside = [colour for colour in seen if colour is not None]
    if not inside:
        return bytes(4)
    mean = [round(sum(part) / len(inside)) for part in zip(*inside, strict=True)]
    return bytes([*mean, round(255 * len(inside) / len(seen))])


def png(size: int) -> bytes:
    """The icon as a PNG file."""
    rows = b"".join(
        b"\0" + b"".join(pixel(size, column, row) for column in range(size)) for row in range(size)
    )
    head = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for size in SIZES:
        (FOLDER / f"xlpbr-{size}.png").write_bytes(png(size))


if __name__ == "__main__":
    main()
