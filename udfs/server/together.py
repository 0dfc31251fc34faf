"""The calls of one request, calculated bit by bit: each with its own answer and its own time.

Knows nothing of the network.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from xlpbr.udfs.server.guard import FAULT, FAULT_REASON, log_fault
from xlpbr.udfs.server.json_bytes import as_json
from xlpbr.udfs.server.requests import FunctionCall, Refused, function_calls
from xlpbr.udfs.server.settings import Limits
from xlpbr.udfs.server.slots import SHORT_BYTES

ANSWERED = 200

_SECONDS_AT_A_TIME = 0.1
"""After so long the calls that are left wait again, behind those of other people."""


class CallsTogether:
    """Calls that came in one request.

    ``go_on`` calculates some of them, so that others have their turn in between. What plays
    scenarios comes last, because the rest may be short.

    Attributes:
        count: how many calls there are.
        cells: the cells of all their arguments.
        refused: how many were answered with something else than a result.
    """

    def __init__(
        self, body: bytes, limits: Limits, result_of: Callable[[FunctionCall], bytes]
    ) -> None:
        """Keep the body of the request; it is read where the calls are calculated.

        Args:
            body: the body of the request.
            limits: what a request may hold.
            result_of: what calculates one call.
        """
        self._result_of = result_of
        self.count = self.cells = self.refused = 0
        self._body = body
        self._limits = limits
        self._short = len(body) <= SHORT_BYTES
        self._is_read = False
        self._left: deque[tuple[int, FunctionCall | Refused]] = deque()
        self._answers: list[bytes] = []
        self._answered_in_this_turn = 0

    @property
    def is_done(self) -> bool:
        """Whether every call has its answer."""
        return self._is_read and not self._left

    @property
    def is_short(self) -> bool:
        """Whether the next turn takes next to no time, as far as can be told."""
        return self._short and not (self._left and _plays_scenarios(self._left[0][1]))

    def go_on(self) -> None:
        """Calculate for a moment, at least one call.

        Raises:
            Refused: the request as a whole cannot be read.
        """
        self._answered_in_this_turn = 0
        if not self._is_read:
            self._read()
        until = time.perf_counter() + _SECONDS_AT_A_TIME
        was_short = self.is_short
        while self._left and self.is_short == was_short:
            place, call = self._left[0]
            self._put(place, *_answer_to(call, self._result_of))
            if time.perf_counter() > until:
                break

    def stop_the_next(self, refusal: Refused) -> None:
        """Note that the time of a turn was over, within the call that is next.

        A call that had the turn to itself is refused. One that had to share it has another.
        """
        self._short = False
        if not self._is_read:
            raise refusal
        if self._left and not self._answered_in_this_turn:
            self._put(self._left[0][0], *_refused(refusal))

    def answer(self) -> bytes:
        """The status and the answer of each call, in the order in which they came."""
        return b'{"answers":[' + b",".join(self._answers) + b"]}"

    def _read(self) -> None:
        calls = function_calls(self._body, self._limits)
        self.count = len(calls)
        self.cells = sum(call.cells for call in calls if isinstance(call, FunctionCall))
        self._answers = [b""] * len(calls)
        self._left = deque(sorted(enumerate(calls), key=lambda one: _plays_scenarios(one[1])))
        self._is_read = True

    def _put(self, place: int, status: int, answer: bytes) -> None:
        self._answers[place] = b"[%d,%b]" % (status, answer)
        self.refused += status != ANSWERED
        self._answered_in_this_turn += 1
        self._left.popleft()


def _plays_scenarios(call: FunctionCall | Refused) -> bool:
    return isinstance(call, FunctionCall) and call.plays_scenarios


def _answer_to(
    call: FunctionCall | Refused, result_of: Callable[[FunctionCall], bytes]
) -> tuple[int, bytes]:
    """The status and the answer that the call would have by itself."""
    if isinstance(call, Refused):
        return _refused(call)
    try:
        return ANSWERED, result_of(call)
    except Refused as refusal:
        return _refused(refusal)
    except Exception as error:
        # The other calls have nothing to do with it.
        log_fault(error)
        return _refused(Refused(FAULT, FAULT_REASON))


def _refused(refusal: Refused) -> tuple[int, bytes]:
    return refusal.status, as_json({"detail": refusal.reason})
