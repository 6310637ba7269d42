"""Work spread over cores or machines by joblib, answered in order (任务分发)."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, TypeVar

T = TypeVar("T")
Spread = Callable[[Callable[..., T], Iterable[tuple[Any, ...]]], Iterator[T]]


@contextmanager
def spread(backend: str = "loky", processes: int = 0) -> Iterator[Spread[Any]]:
    """A function that calls another for each tuple of arguments and yields the answers in order.

    `backend` is loky (processes), threading, or dask (the cluster of DASK_SCHEDULER_ADDRESS, otherwise a new one; its
    machines must share the temporary folder). `processes` 0 means one per core; 1 calls directly.
    """
    count = processes or os.cpu_count() or 1
    if count == 1 and backend != "dask":
        yield lambda function, tasks: (function(*task) for task in tasks)
        return
    from joblib import Parallel, delayed, parallel_config

    def run(function: Callable[..., T], tasks: Iterable[tuple[Any, ...]]) -> Iterator[T]:
        parallel = Parallel(n_jobs=count, return_as="generator", pre_dispatch="2*n_jobs", batch_size=1)
        answers: Iterator[T] = parallel(delayed(function)(*task) for task in tasks)
        return answers

    if backend == "dask":
        client: Any = import_module("distributed").Client
        address = os.environ.get("DASK_SCHEDULER_ADDRESS")
        cluster = {} if address else {"n_workers": count, "threads_per_worker": 1, "dashboard_address": None}
        with client(address, **cluster), parallel_config(backend="dask"):
            yield run
        return
    with parallel_config(backend=backend):
        yield run
