"""Random numbers drawn during a run: the published function, alike in Python, in arrays and compiled."""

from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import small_population
from defectsim.engine.draws import key_of, uniform

compiled = numba.njit(uniform)
WORD = st.integers(0, 2**32 - 1)
NUMBERS = st.tuples(
    WORD, WORD, st.integers(0, 2**63 - 1), st.integers(0, 2**31 - 1), st.integers(0, 200)
)


def test_it_is_philox_4x32_10() -> None:
    """Salmon et al. 2011, known answers of Random123: the first two words for key 0 and counter 0."""
    first, second = 0x6627E8D5, 0xE169C58D
    assert uniform(0, 0, 0, 0, 0) == ((first >> 5) * 2**26 + (second >> 6)) / 2**53


@settings(max_examples=200)
@given(NUMBERS)
def test_compiled_it_is_the_same(numbers: tuple[int, ...]) -> None:
    assert compiled(*numbers) == uniform(*numbers)
    assert 0 <= uniform(*numbers) < 1


@given(
    WORD, WORD, st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=5), st.integers(0, 1000)
)
def test_of_many_people_at_once_it_is_the_same(
    first: int, second: int, people: list[int], step: int
) -> None:
    persons: Any = np.array(people, np.int64)
    drawn = uniform(first, second, persons, step, 17)
    assert np.asarray(drawn).tolist() == [
        uniform(first, second, person, step, 17) for person in people
    ]


def test_each_person_step_purpose_and_replicate_draws_its_own() -> None:
    drawn = [
        uniform(*key_of(seed, replicate), person, step, purpose)
        for seed in (0, 1)
        for replicate in (0, 1)
        for person in (0, 1, 2**40)
        for step in (0, 1)
        for purpose in (0, 16)
    ]
    assert len(set(drawn)) == len(drawn)
    persons: Any = np.arange(10_000)
    many = np.asarray(uniform(*key_of(0, 0), persons, 3, 4))
    assert many.mean() == pytest.approx(0.5, abs=0.02)
    assert np.histogram(many, 10, (0, 1))[0].min() > 850


def test_people_keep_their_number_whoever_else_there_is() -> None:
    small, large = (
        small_population(forces={"branches": {"army": {"strength": strength}}})
        for strength in (50, 70)
    )
    numbers = [
        dict(zip(army.ids.to_list(), army.persons.tolist(), strict=True)) for army in (small, large)
    ]
    assert len(set(numbers[1].values())) == len(large)
    assert numbers[0].items() <= numbers[1].items()
