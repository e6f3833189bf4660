"""What everybody hears when a step begins."""

import numpy as np
import pytest

from builders import small_scenario
from defectsim.engine.events import AttemptMemory
from defectsim.engine.news import NewsLag, public_news
from defectsim.model.rule import NEWS_FIELDS
from defectsim.model.transitions import RANKS, STATUSES, Rank, Status

WEIGHT = np.array([0.0, 0.0, 0.25, 1.0])


def hear(
    step: int,
    delay: int = 2,
    weight: np.ndarray = WEIGHT,
    fresh: int = 6,
    half: float = 3.75,
    larger: int = 1,
) -> dict[str, float]:
    """Hear of an army of 90 and 10 generals, of whom one person of each rank defects in each step."""
    counts = np.zeros((6, 2, len(RANKS), len(STATUSES)), np.int32)
    strength = np.array([60, 10, 20, 10]) * larger
    for date in range(6):
        counts[date, 0, :, Status.DEFECTED] = date
        counts[date, 0, :, Status.LOYAL] = strength - date
        counts[date, 1, Rank.ENLISTED, Status.DESERTED] = 2 * date
        counts[date, 0, Rank.ENLISTED, Status.LOYAL] -= 2 * date
    memory = AttemptMemory(0.4, 0.5, 0.1, 0.2)
    dates = np.stack([np.arange(6) / 52, np.arange(6) * 7 + 1.0], axis=1)
    news = np.empty(len(NEWS_FIELDS))
    public_news(counts, step, NewsLag(weight, half, fresh, delay, dates), memory, news)
    return dict(zip(NEWS_FIELDS, news.tolist(), strict=True))


def test_shares_are_of_the_strength_at_the_start() -> None:
    seen = hear(3)
    assert seen["forces_defected"] == 12 / 100
    assert seen["forces_deserted"] == 6 / 100
    assert seen["generals_defected"] == 3 / 10


def test_every_status_is_counted_and_has_its_share() -> None:
    seen = hear(3)
    people = {"loyal": 82, "defected": 12, "deserted": 6}
    for status in STATUSES:
        assert seen[f"n_{status}"] == people.get(status, 0)
        assert seen[f"forces_{status}"] == people.get(status, 0) / 100


def test_open_defections_count_by_rank_in_steps() -> None:
    assert hear(0)["declared"] == 0
    assert hear(3)["declared"] == 0.5  # 3 x 0.25 + 3, which is the half
    exact = 2.5 / (2.5 + 3.75)
    declared = hear(2)["declared"]
    assert exact - 1 / 16 < declared <= exact
    assert declared * 16 == int(declared * 16)


def test_without_a_half_open_defections_are_a_share_of_the_forces() -> None:
    exact = (3 * 0.25 + 3) / (20 * 0.25 + 10)
    declared = hear(3, half=0.0)["declared"]
    assert exact - 1 / 2048 < declared <= exact
    assert declared * 2048 == int(declared * 2048)


def test_open_defections_are_news_in_an_army_of_any_size() -> None:
    assert hear(3)["declared"] == hear(3, larger=1_000)["declared"]


def test_open_defections_are_news_for_a_time() -> None:
    steady = [hear(step, fresh=3)["declared"] for step in (3, 4, 5)]
    assert steady == [0.5] * 3
    assert hear(5, fresh=6)["declared"] > 0.5


def test_what_became_of_defectors_is_seen_later() -> None:
    assert [hear(step)["treated"] for step in range(5)] == [0, 0, 0, 1.25, 2.5]
    assert hear(3, delay=0)["treated"] == 3.75


def test_attempts_are_remembered() -> None:
    assert {name: hear(1)[name] for name in ("withstood", "lesson", "joined", "resisting")} == {
        "withstood": 0.4,
        "lesson": 0.5,
        "joined": 0.1,
        "resisting": 0.2,
    }


def test_nobody_hears_of_an_army_whose_ranks_weigh_nothing() -> None:
    assert hear(3, weight=np.zeros(4))["declared"] == 0


@pytest.mark.parametrize(("days", "steps"), [(0, 0), (1, 1), (7, 1), (8, 2), (90, 13)])
def test_days_until_treatment_shows_are_rounded_up_to_steps(days: int, steps: int) -> None:
    scenario = small_scenario(news={"treatment_days": days, "weights": {"general": 2}})
    news_lag = NewsLag.of(scenario.news, scenario.clock)
    assert news_lag.delay == steps
    assert news_lag.weight[Rank.GENERAL] == 2
