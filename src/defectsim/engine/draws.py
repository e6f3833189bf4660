"""Random numbers drawn during a run, one at a time: by purpose, person and step.

The Philox counter of four 32-bit words (Salmon et al. 2011), in arithmetic that is the same in
Python and Numba.
"""

from defectsim.core.randomness import generator

_MASK = 0xFFFFFFFF
_M0, _M1 = 0xD2511F53, 0xCD9E8D57
_W0, _W1 = 0x9E3779B9, 0xBB67AE85


def key_of(seed: int, replicate: int) -> tuple[int, int]:
    """Return the key of one run's draws: two 32-bit words."""
    first, second = generator(seed, ("life", replicate)).integers(0, 2**32, 2).tolist()
    return first, second


def uniform(first: int, second: int, person: int, step: int, purpose: int) -> float:
    """Return a person's number in [0, 1) for a purpose in a step; of arrays, an array."""
    c0, c1, c2, c3 = person & _MASK, (person >> 32) & _MASK, step & _MASK, purpose & _MASK
    for _ in range(10):
        one, two = _M0 * c0, _M1 * c2
        c0, c1, c2, c3 = (
            ((two >> 32) & _MASK) ^ c1 ^ first,
            two & _MASK,
            ((one >> 32) & _MASK) ^ c3 ^ second,
            one & _MASK,
        )
        first, second = (first + _W0) & _MASK, (second + _W1) & _MASK
    return ((c0 >> 5) * 67108864 + (c1 >> 6)) / 9007199254740992.0
