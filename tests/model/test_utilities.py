from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import country, person
from defectsim.model.utilities import (
    bond,
    credible,
    income_gained,
    leaving,
    logistic,
    opportunity,
    punished_share,
    rate,
    sanctioned,
    urgency,
)

HUGE = st.floats(-1e300, 1e300)
SHARE = st.floats(0, 1)


def test_what_an_income_gains_is_the_log_of_how_many_times_more_baskets_it_buys() -> None:
    at_home = person(pay=20.0, perks=10.0, outside=600.0)
    assert (
        income_gained(at_home, country(subsistence=30.0, subsistence_outside=600.0), 0.0, 0.0) == 0
    )
    assert income_gained(
        at_home, country(subsistence=30.0, subsistence_outside=300.0), 0.0, 0.0
    ) == pytest.approx(log(2))
    assert income_gained(
        at_home, country(subsistence=15.0, subsistence_outside=600.0), 0.0, 0.0
    ) == pytest.approx(-log(2))
    assert income_gained(
        at_home, country(subsistence=30.0, pay=2.0, subsistence_outside=600.0), 0.0, 0.0
    ) == pytest.approx(-log(5 / 3))
    assert income_gained(
        at_home, country(subsistence=30.0, food_boxes=30.0, subsistence_outside=600.0), 0.0, 0.0
    ) == pytest.approx(-log(2))
    assert income_gained(
        at_home, country(subsistence=30.0, subsistence_outside=600.0), 0.0, 600.0
    ) == pytest.approx(log(2))
    assert income_gained(
        at_home, country(subsistence=30.0, perks=0.0, subsistence_outside=600.0), 0.0, 0.0
    ) == pytest.approx(log(3 / 2))


def test_the_price_of_a_basket_counts_by_its_share_of_spending() -> None:
    dear = country(subsistence=30.0, subsistence_outside=600.0)
    gained = [income_gained(person(basket_share=share), dear, 0.0, 0.0) for share in (0, 0.1, 1)]
    assert gained == pytest.approx([0, -0.1 * log(20), -log(20)])


def test_who_leaves_with_many_is_punished_less_and_who_leaves_first_in_full() -> None:
    assert [punished_share(4.0, share) for share in (0.0, 0.25, 1.0)] == [1.0, 0.5, 0.2]
    assert punished_share(0.0, 1.0) == 1.0


def test_there_is_a_side_to_go_over_to_where_a_rival_stands_or_others_have_risen() -> None:
    assert opportunity(country()) == 1.0
    assert opportunity(country(rival=0.3)) == 0.3
    assert opportunity(country(rival=0.0, joined=0.1)) == 1.0


@pytest.mark.parametrize("income", [0.0, 1e-300, 0.01])
def test_nobody_lives_on_less_than_the_least_income(income: float) -> None:
    assert income_gained(person(pay=income, outside=30.0), country(), 0.0, 0.0) == pytest.approx(
        log(30 / 0.01)
    )
    assert income_gained(person(pay=30.0, outside=income), country(), 0.0, 0.0) == pytest.approx(
        log(0.01 / 30)
    )


@given(HUGE)
def test_a_logistic_is_a_probability_and_mirrors_itself(odds: float) -> None:
    assert 0 <= logistic(odds) <= 1
    assert logistic(odds) + logistic(-odds) == pytest.approx(1)


@given(st.floats(-30, 30))
def test_log_odds_are_the_log_of_the_odds(odds: float) -> None:
    assert logistic(odds) / logistic(-odds) == pytest.approx(exp(odds))


@given(st.floats(0, 1e6), st.floats(0, 1e6), HUGE)
def test_no_gain_is_so_large_that_a_rate_overflows(
    base: float, sensitivity: float, gain: float
) -> None:
    assert 0 <= rate(base, sensitivity, gain) < 1e300


def test_a_rate_grows_with_the_gain_by_the_sensitivity() -> None:
    assert rate(0.5, 2.0, 0.0) == 0.5
    assert rate(0.5, 2.0, 1.5) == pytest.approx(0.5 * exp(3))
    assert rate(0.5, 0.0, 100.0) == 0.5
    assert rate(0.0, 2.0, 1e9) == 0.0


def test_closed_banks_take_the_rents_of_those_who_are_exposed() -> None:
    exposed = person(pay=15.0, perks=30.0, exposure=0.5)
    assert income_gained(exposed, country(financial_closure=1.0), 0.0, 0.0) == pytest.approx(0)


@given(st.floats(0.001, 1), SHARE, st.floats(0, 1e4), st.floats(0.01, 1e4))
def test_credibility_is_the_mean_of_a_beta_belief_after_what_was_seen(
    promised: float, kept: float, treated: float, cases: float
) -> None:
    successes = cases * promised + treated * kept
    failures = cases * (1 - promised) + treated * (1 - kept)
    assert credible(promised, kept, treated, cases) == pytest.approx(
        successes / (successes + failures)
    )


def test_credibility_begins_with_the_promise_and_ends_with_what_is_done() -> None:
    assert credible(0.3, 1.0, 0.0, 5.0) == 0.3
    assert credible(0.3, 1.0, 5.0, 5.0) == pytest.approx(0.65)
    assert credible(0.3, 0.0, 1e9, 5.0) < 1e-8
    assert credible(0.0, 1.0, 100.0, 5.0) == 0


def test_borders_close_what_a_ban_leaves_open() -> None:
    assert leaving(person(), country(), 1.0, 2.0, 3.0) == 0
    assert leaving(person(), country(travel_ban=0.5, border_closure=0.5), 1.0, 2.0, 3.0) == -1.5
    assert leaving(person(), country(border_closure=1.0), 1.0, 2.0, 3.0) == -2
    assert leaving(person(distance=0.5), country(), 1.0, 2.0, 3.0) == -1.5


def test_sanctions_weigh_on_the_designated_and_their_threat_on_the_others() -> None:
    assert sanctioned(person(exposure=0.5), country(sanctions=0.8)) == pytest.approx(0.4)
    spared = person(exposure=0.5, designated=0)
    assert sanctioned(spared, country(sanctions=0.8)) == 0
    assert sanctioned(spared, country(sanctions=0.8, threat=0.25)) == pytest.approx(0.1)


def test_a_deadline_multiplies_the_rate_of_going_over_and_never_overflows() -> None:
    assert urgency(country(), 3.0) == 1
    assert urgency(country(deadline=0.5), 2.0) == pytest.approx(exp(1))
    assert 1 < urgency(country(deadline=1.0), 1e6) < 1e300


def test_sanctions_freeze_income_abroad_unless_there_is_relief() -> None:
    rich = person(pay=30.0, outside=600.0, exposure=0.5)
    frozen = country(sanctions=1.0)
    assert income_gained(rich, frozen, 0.0, 0.0) == pytest.approx(log(10))
    assert income_gained(rich, frozen, 0.5, 0.0) == pytest.approx(log(15))
    assert income_gained(rich, frozen, 1.0, 0.0) == pytest.approx(log(20))
    assert income_gained(person(pay=30.0, outside=600.0), frozen, 0.0, 300.0) == pytest.approx(
        log(30)
    )


def test_cohorts_of_six_months_bring_a_quarter_of_the_bond_of_two_years() -> None:
    assert bond(person(cohesion=0.8, training=2.0)) == 0.8
    assert bond(person(cohesion=0.8, training=0.5)) == pytest.approx(0.2)
    assert bond(person(cohesion=0.8, training=5.0)) == 0.8
