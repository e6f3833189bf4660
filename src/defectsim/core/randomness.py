"""Random numbers by key, independent of the order of drawing.

A stream belongs to (seed, purpose, block), where a block is a set of people numbered from 0, such
as the soldiers of one branch. Person n has the n-th draw, so a further person, a further purpose or
another order of the blocks changes nobody else's. Streams are Philox counters seeded through
`numpy.random.SeedSequence`.
"""

import hashlib
from struct import unpack

import numpy as np
from numpy.typing import NDArray

_POOL_BYTES = 16
"""Size of a SeedSequence's pool: a seed is filled up to it before a spawn key follows."""


def words(*key: str | int) -> tuple[int, ...]:
    """Hash a key into the 32-bit words of a SeedSequence."""
    return unpack("<4I", _digest(key))


def generator(seed: int, key: tuple[str | int, ...]) -> np.random.Generator:
    """Return the generator of one stream, for any number of draws; see `uniforms`."""
    return np.random.Generator(np.random.Philox(_sequence(seed, key)))


def _sequence(seed: int, key: tuple[str | int, ...]) -> np.random.SeedSequence:
    """Return ``SeedSequence(seed, spawn_key=words(*key))``, from bytes in half of the time."""
    if seed < 0:
        raise ValueError(f"a seed must be non-negative, not {seed}")
    length = max(-(-seed.bit_length() // 32) * 4, _POOL_BYTES)
    entropy = np.frombuffer(seed.to_bytes(length, "little") + _digest(key), "<u4")
    return np.random.SeedSequence(entropy)


def _digest(key: tuple[str | int, ...]) -> bytes:
    text = "\x1f".join([f"{type(part).__name__}:{part}" for part in key])
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def uniforms(seed: int, key: tuple[str | int, ...], count: int) -> NDArray[np.float64]:
    """Draw one number in [0, 1) for each person of a block.

    Parameters
    ----------
    seed
        Seed of the study, not negative; 0 is a seed like any other.
    key
        Purpose and block, such as ``("pay", "guard", "soldier")``.
    count
        Number of people in the block.

    Returns
    -------
    numpy.ndarray
        Shape (count,); the first n draws do not depend on `count`.
    """
    return generator(seed, key).random(count)


def derived_seed(seed: int, key: tuple[str | int, ...]) -> int:
    """Return a seed for `key` that is independent of the draws of `seed` itself."""
    return int(_sequence(seed, key).generate_state(1, np.uint64)[0] >> 1)


def fresh_seed() -> int:
    """Return a seed from the operating system's entropy."""
    entropy = np.random.SeedSequence().entropy
    assert isinstance(entropy, int)
    return entropy >> 65
