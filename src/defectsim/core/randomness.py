"""Random numbers by key: what is decided, and for whom, never in which order somebody asked.

A stream belongs to (seed, purpose, block), where a block is a set of people numbered from 0, such as the soldiers of
one branch. Person n's draw is the n-th of the stream, so a further person, a further purpose or another order of the
blocks changes nobody else's draw. Streams are Philox counters seeded through `numpy.random.SeedSequence`.
"""

import hashlib
from struct import unpack

import numpy as np
from numpy.typing import NDArray

_POOL_BYTES = 16
"""A SeedSequence mixes what it is given in a pool of so many bytes, and fills a seed up to it before a spawn key."""


def words(*key: str | int) -> tuple[int, ...]:
    """Hash a key into the 32-bit words that a SeedSequence takes; the same on every platform."""
    return unpack("<4I", _digest(key))


def generator(seed: int, key: tuple[str | int, ...]) -> np.random.Generator:
    """Return the generator of one stream, for what draws as many numbers as it needs; see `uniforms` for the rest."""
    return np.random.Generator(np.random.Philox(_sequence(seed, key)))


def _sequence(seed: int, key: tuple[str | int, ...]) -> np.random.SeedSequence:
    """Return ``SeedSequence(seed, spawn_key=words(*key))``, put together from bytes in half of the time."""
    if seed < 0:
        raise ValueError(f"a seed must be non-negative, not {seed}")
    length = max(-(-seed.bit_length() // 32) * 4, _POOL_BYTES)
    return np.random.SeedSequence(
        np.frombuffer(seed.to_bytes(length, "little") + _digest(key), "<u4")
    )


def _digest(key: tuple[str | int, ...]) -> bytes:
    text = "\x1f".join([f"{type(part).__name__}:{part}" for part in key])
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def uniforms(seed: int, key: tuple[str | int, ...], count: int) -> NDArray[np.float64]:
    """Draw one number in [0, 1) for each of `count` people of a block.

    Parameters
    ----------
    seed
        The seed of the study, not negative; 0 is a seed like any other.
    key
        What is decided and for which block, such as ``("pay", "guard", "soldier")``.
    count
        How many people the block has.

    Returns
    -------
    numpy.ndarray
        Shape (count,); the first n draws do not depend on `count`.
    """
    return generator(seed, key).random(count)


def derived_seed(seed: int, key: tuple[str | int, ...]) -> int:
    """Return a seed for what `key` names, which has nothing to do with the draws of `seed` itself."""
    return int(_sequence(seed, key).generate_state(1, np.uint64)[0] >> 1)


def fresh_seed() -> int:
    """Return a seed from the operating system's entropy, for those who give none."""
    entropy = np.random.SeedSequence().entropy
    assert isinstance(entropy, int)
    return entropy >> 65
