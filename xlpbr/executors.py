"""Where chunks of work are carried out: here, in processes of this computer, or on a Dask cluster.

Both are executors of ``concurrent.futures``. A chunk's function and data must pickle, and the same
chunk must give the same result wherever it runs: a cluster repeats it where a worker was lost.
"""

from __future__ import annotations

import logging
import re
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager
from typing import Any, TypeVar

import xlpbr
from xlpbr.errors import FileProblem

_Chunk = TypeVar("_Chunk")
_Result = TypeVar("_Result")

_SECONDS_TO_ANSWER = 10
_SECONDS_BETWEEN_LOOKS = 2
_ANY_SIZE = "1 TiB"
_ADDRESS = re.compile(r"(tcp://|tls://)?(\[[0-9a-fA-F:.]+\]|[^\s/:\[\]]+):\d{1,5}")


def run_in_order(
    executor: Executor | None,
    function: Callable[[_Chunk], _Result],
    chunks: Iterable[_Chunk],
    *,
    ahead: int,
) -> Iterator[_Result]:
    """The result of each chunk, in the order of the chunks.

    No more than ``ahead`` chunks and their results are held at a time, however many there are.

    Args:
        executor: what carries the chunks out; None for this process, one after the other.
        function: what is done with a chunk; it must pickle where there is an executor.
        chunks: the chunks; each is taken only when it can be started.
        ahead: how many chunks are started before the first of them is waited for, 1 or more.
    """
    if executor is None:
        yield from map(function, chunks)
        return
    started: deque[Future[_Result]] = deque()
    try:
        for chunk in chunks:
            started.append(executor.submit(function, chunk))
            if len(started) >= ahead:
                yield _result(executor, started.popleft())
        while started:
            yield _result(executor, started.popleft())
    finally:
        for future in started:
            future.cancel()


def _result(executor: Executor, future: Future[_Result]) -> _Result:
    """What a chunk gave; a cluster that is gone would otherwise be waited for without end."""
    while True:
        try:
            return future.result(_SECONDS_BETWEEN_LOOKS)
        except TimeoutError:
            if future.done():  # just now, or it is what the chunk itself raised
                return future.result()
            # Dask's executor leaves its futures as they are where its client gave up.
            client = getattr(executor, "_client", None)
            if client is not None and client.status in ("closing", "closed"):
                raise CancelledError from None


@contextmanager
def executor_of(scheduler: str | None, workers: int | None) -> Iterator[Executor | None]:
    """The executor that a call asks for; what goes wrong with it is said in one sentence.

    Args:
        scheduler: the address of a Dask scheduler, such as ``tcp://127.0.0.1:8786``.
        workers: processes of this computer; None or 1 for this one alone.

    Raises:
        FileProblem: Dask is not installed, nothing answers at the address, its workers have
            another xlpbr, or a worker was lost for good.
    """
    if scheduler is not None:
        with _cluster(scheduler) as executor:
            yield executor
    elif workers is not None and workers > 1:
        with _processes(workers) as executor:
            yield executor
    else:
        yield None


@contextmanager
def _processes(workers: int) -> Iterator[Executor]:
    # Where the functions run in a browser there are no processes to import.
    from concurrent.futures.process import (  # noqa: PLC0415
        BrokenProcessPool,
        ProcessPoolExecutor,
    )
    from multiprocessing import get_context  # noqa: PLC0415

    # A forked process would hold the locks of threads that it does not have.
    executor = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_leave_interrupts_to_the_command
    )
    try:
        with _interrupts_ignored():
            executor.submit(version)  # starts all the processes
        yield executor
    except BrokenProcessPool as error:
        raise FileProblem(
            "A worker process was ended from outside, often because memory ran out; nothing was "
            "written. Run the command again with fewer --workers."
        ) from error
    finally:
        executor.shutdown(cancel_futures=True)


def _leave_interrupts_to_the_command() -> None:
    """Ctrl-C goes to every process of a terminal: the command alone says that it stops."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Ignore Ctrl-C for a moment: a process that is started meanwhile ignores it from its birth."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may say what is done with a signal
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _without_logs() -> Iterator[None]:
    """Silence what Dask logs while it works: what goes wrong is said in one sentence."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    if _ADDRESS.fullmatch(address) is None:
        raise FileProblem(
            f"{address or 'An empty text'} is no address of a Dask scheduler; write it as"
            " tcp://10.1.2.3:8786, or with tls:// where it uses TLS."
        )
    try:
        import dask  # noqa: PLC0415
        from distributed import Client, KilledWorker, Security  # noqa: PLC0415
    except ImportError as error:
        raise FileProblem(
            '--scheduler needs Dask: install it with  pip install "xlpbr[cluster]".'
        ) from error
    connect: Any = Client
    security: Any = Security
    _check_encryption(address, security)
    try:
        client = connect(address, timeout=_SECONDS_TO_ANSWER, set_as_default=False)
    except (OSError, ValueError) as error:
        raise FileProblem(
            f"No Dask scheduler answers at {address}. Check the address, and that the scheduler "
            "runs; with TLS the address begins with tls://."
        ) from error
    # The client's own advice on large graphs is for code that could load the data on the cluster.
    settings = {"distributed.admin.large-graph-warning-threshold": _ANY_SIZE}
    with _without_logs(), client, dask.config.set(settings):
        _check_workers(client, address)
        executor: Executor = client.get_executor(pure=False)
        try:
            yield executor
        except KilledWorker as error:
            raise FileProblem(
                "A chunk was given up after several workers were lost over it, often because "
                "memory ran out; nothing was written. See the workers' logs, or run without "
                "--scheduler."
            ) from error
        except CancelledError as error:
            raise FileProblem(
                f"The Dask scheduler at {address} was lost while it worked; nothing was written. "
                "Start it again and run the command again."
            ) from error
        except ModuleNotFoundError as error:
            raise FileProblem(
                f"A worker of {address} has no {error.name}: install xlpbr there with  "
                'pip install "xlpbr[cluster]".'
            ) from error
        finally:
            executor.shutdown(wait=False)


def _check_encryption(address: str, security: Any) -> None:
    """Refuse an address that does not go with the certificates in Dask's configuration."""
    try:
        known = security().get_connection_args("client")
    except OSError as error:
        raise FileProblem(
            f"The certificates in Dask's configuration cannot be used ({error}); correct the paths."
        ) from error
    encrypted = address.startswith("tls://")
    if encrypted and known["ssl_context"] is None:
        raise FileProblem(
            f"{address} needs certificates, and Dask's configuration has none for the client: give "
            "distributed.comm.tls."
        )
    if known["require_encryption"] and not encrypted:
        raise FileProblem(
            f"Dask's configuration requires encryption, and {address} is without: give an address "
            "that begins with tls://."
        )


def _check_workers(client: Any, address: str) -> None:
    """Refuse a cluster without workers, or whose workers have another xlpbr."""
    try:
        client.wait_for_workers(1, timeout=_SECONDS_TO_ANSWER)
    except TimeoutError as error:
        raise FileProblem(
            f"The Dask scheduler at {address} has no worker; start one with  dask worker {address}"
        ) from error
    found = client.run(version, on_error="return")
    for worker, theirs in sorted(found.items()):
        if theirs != xlpbr.__version__:
            what = f"has xlpbr {theirs}" if isinstance(theirs, str) else "has no xlpbr that answers"
            raise FileProblem(
                f"The worker {worker} {what}, and this is {xlpbr.__version__}. Install the same on "
                f'each worker:  pip install "xlpbr[cluster]=={xlpbr.__version__}".'
            )


def version() -> str:
    """The version of xlpbr where this runs."""
    return xlpbr.__version__
