import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from defectsim.core.randomness import derived_seed, fresh_seed, generator, uniforms, words

SEEDS = st.integers(0, 2**63 - 1)
KEYS = st.lists(st.text(max_size=8) | st.integers(0, 10**6), min_size=1, max_size=4).map(tuple)
KEY = ("pay", "guard", "soldier")


def test_streams_are_the_same_in_every_version() -> None:
    golden = ["0x1.44cee59940544p-1", "0x1.9f1cb8c1adc40p-7", "0x1.52fa0eaa5da74p-1"]
    assert [number.hex() for number in uniforms(0, KEY, 3).tolist()] == golden
    golden = ["0x1.258c1d91f2458p-3", "0x1.31bddd617b460p-6"]
    drawn = uniforms(2**63 - 1, ("resistance", "desert", 39, "army", "general"), 2)
    assert [number.hex() for number in drawn.tolist()] == golden


@given(SEEDS, KEYS, st.integers(0, 40), st.integers(0, 40))
def test_the_first_draws_do_not_depend_on_how_many_are_drawn(
    seed: int, key: tuple[str | int, ...], few: int, more: int
) -> None:
    drawn = uniforms(seed, key, few + more)
    assert drawn.shape == (few + more,)
    assert np.array_equal(uniforms(seed, key, few), drawn[:few])


@given(SEEDS, SEEDS, KEYS, KEYS)
def test_streams_are_equal_only_where_seed_and_key_are(
    seed: int, other_seed: int, key: tuple[str | int, ...], other_key: tuple[str | int, ...]
) -> None:
    same = (seed, key) == (other_seed, other_key)
    assert np.array_equal(uniforms(seed, key, 4), uniforms(other_seed, other_key, 4)) == same


@pytest.mark.parametrize(
    ("key", "other"),
    [
        (("ab", "c"), ("a", "bc")),
        (("a", 1), ("a", "1")),
        (("a",), ("a", "")),
        (("a", "b"), ("b", "a")),
    ],
)
def test_keys_that_look_alike_have_streams_of_their_own(
    key: tuple[str | int, ...], other: tuple[str | int, ...]
) -> None:
    assert not np.intersect1d(uniforms(1, key, 100), uniforms(1, other, 100)).size


def test_a_generator_goes_on_where_uniform_numbers_end() -> None:
    stream = generator(0, KEY)
    assert np.array_equal(np.concatenate([stream.random(2), stream.random(3)]), uniforms(0, KEY, 5))


def test_seed_0_is_a_seed_like_any_other() -> None:
    zero = uniforms(0, KEY, 100)
    assert np.array_equal(zero, uniforms(0, KEY, 100))
    assert not np.intersect1d(zero, uniforms(1, KEY, 100)).size


@pytest.mark.parametrize(
    "seed", [0, 1, 2**32 - 1, 2**32, 2**63 - 1, 2**127 + 5, 2**128 - 1, 2**128, 2**200 + 7]
)
def test_streams_are_those_of_numpys_seed_sequence(seed: int) -> None:
    sequence = np.random.SeedSequence(seed, spawn_key=words(*KEY))
    assert np.array_equal(
        uniforms(seed, KEY, 5), np.random.Generator(np.random.Philox(sequence)).random(5)
    )


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="non-negative"):
        uniforms(-1, KEY, 1)


def test_draws_are_uniform_and_not_below_0_or_at_1() -> None:
    drawn = uniforms(7, KEY, 20_000)
    assert drawn.min() >= 0
    assert drawn.max() < 1
    assert stats.kstest(drawn, "uniform").pvalue > 0.01
    assert stats.kstest(drawn**1.05, "uniform").pvalue < 0.01


@pytest.mark.parametrize(
    ("seed", "key"), [(8, KEY), (7, ("perks", "guard", "soldier")), (7, ("pay", "army", "soldier"))]
)
def test_streams_do_not_tell_of_each_other(seed: int, key: tuple[str, ...]) -> None:
    assert stats.pearsonr(uniforms(7, KEY, 20_000), uniforms(seed, key, 20_000)).pvalue > 0.01


def test_a_fresh_seed_is_new_and_fits_63_bits() -> None:
    seeds = {fresh_seed() for _ in range(20)}
    assert len(seeds) == 20
    assert all(0 <= seed < 2**63 for seed in seeds)
    assert max(seeds) > 2**58


def test_derived_seeds_are_keyed_and_have_nothing_in_common() -> None:
    seeds = [derived_seed(seed, ("point", point)) for seed in (0, 1) for point in range(100)]
    assert len({*seeds, 0, 1}) == 202
    assert seeds == [
        derived_seed(seed, ("point", point)) for seed in (0, 1) for point in range(100)
    ]
    drawn = [uniforms(seed, KEY, 1)[0] for seed in seeds]
    assert stats.kstest(drawn, "uniform").pvalue > 0.01
    assert all(0 <= seed < 2**63 for seed in seeds)
