"""How kernels are compiled (numba), shared by the engines of pairs and of text; imported only together with a kernel
(编译)."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import config, njit
from numba.extending import intrinsic

F = TypeVar("F", bound=Callable[..., object])
TIES = 0xFFFFFFFF
"""The lower half of a sort key: the points stand above it, and a place among equals is subtracted from it, so that one
comparison of two whole numbers decides by points first and then by place."""

# `no_cpython_wrapper` and `no_cfunc_wrapper` halve the time to compile: only entrances are called from Python, and
# nothing is called from C. numba's stubs do not know these options, hence the dictionaries.
# `_nrt=False` compiles without numba's memory management: a kernel may then allocate nothing, and counting references,
# which took half of the time, falls away. That is safe because the caller holds every array until the kernel returns.
# `nogil` lets the threads of a bulk match run side by side.
_INNER: dict[str, Any] = {"_nrt": False, "nogil": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
_OUTER: dict[str, Any] = {"_nrt": False, "nogil": True, "no_cfunc_wrapper": True}


def compiled(function: F) -> F:
    """Compile an inner function, which only other kernels call."""
    return cast(F, njit(**_INNER)(function))


def inlined(function: F) -> F:
    """Inline a function into its callers: without reference counting a compiled function cannot return slices of
    arrays, but inlined code can."""
    return cast(F, njit(inline="always", **_INNER)(function))


def entrance(function: F) -> F:
    """Compile a function that Python calls: on its first call, without the interpreter lock.

    The result is kept on disk only when a cache folder was set before the kernels are imported, as
    `matching.live.kernels.warm` does. numba looks only at the file of the entrance itself, so in any other folder a
    change of an inner function in another file would leave the old machine code in use.
    """
    return cast(F, njit(**_OUTER, cache=bool(getattr(config, "CACHE_DIR", "")))(function))


def _count_bits(_: Any, word: Any) -> Any:
    return word(word), lambda _, builder, __, words: builder.ctpop(words[0])


bits_set: Callable[[Any], Any] = cast(Any, intrinsic(_count_bits))
"""How many bits of a word are set, by the processor's own instruction."""
