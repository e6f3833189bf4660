import numpy as np
import polars as pl
import pytest

from defectsim.analysis import robustness as robustness_module
from defectsim.analysis.intervals import Numbers, exact_interval
from defectsim.analysis.robustness import Robustness, robustness
from defectsim.core.errors import AnalysisError
from defectsim.core.randomness import generator


def frame(**policies: Numbers) -> pl.DataFrame:
    return pl.concat(
        pl.DataFrame({"world": range(len(values)), "value": values}).with_columns(
            policy=pl.lit(name), value=pl.col("value").cast(pl.Float64)
        )
        for name, values in policies.items()
    )


@pytest.fixture
def known() -> Robustness:
    """Of 20 worlds, in which `pay` is 1 more than `talk` in 15, equal in 3, and 10 less in 2."""
    talk = np.arange(20.0)
    return robustness(
        frame(talk=talk, pay=talk + np.repeat([1.0, 0.0, -10.0], [15, 3, 2])), "more", threshold=8
    )


def row(of: Robustness, policy: str) -> dict[str, float]:
    return of.policies.row(by_predicate=pl.col("policy") == policy, named=True)


def criterion(of: Robustness, name: str) -> tuple[str, float, list[str]]:
    return of.criteria.row(by_predicate=pl.col("criterion") == name)[1:]


def test_regret_is_what_a_policy_falls_short_of_the_best_in_the_same_world(
    known: Robustness,
) -> None:
    pay, talk = (row(known, name) for name in ("pay", "talk"))
    names = [f"regret_{name}" for name in ("q50", "q75", "q90", "q95", "max")]
    regrets = np.repeat([0.0, 10.0], [18, 2])
    assert [pay[name] for name in names] == pytest.approx(
        np.quantile(regrets, (0.5, 0.75, 0.9, 0.95, 1))
    )
    assert [talk[name] for name in names] == [1] * 5


def test_ties_for_the_best_are_counted_apart(known: Robustness) -> None:
    assert (row(known, "pay")["best"], row(known, "talk")["best"]) == (0.75, 0.1)
    assert row(known, "pay")["shared"] == row(known, "talk")["shared"] == 0.15


def test_the_share_of_worlds_that_satisfy_has_its_exact_interval(known: Robustness) -> None:
    found = row(known, "talk")
    assert found["satisfied"] == 0.6
    assert (found["satisfied_low"], found["satisfied_high"]) == exact_interval(12, 20)
    assert row(known, "pay")["satisfied"] == 13 / 20


def test_values_have_their_quantiles_and_a_worst_decile(known: Robustness) -> None:
    found = row(known, "talk")
    assert [found[f"value_{name}"] for name in ("q05", "q50", "q95")] == pytest.approx(
        np.quantile(np.arange(20), (0.05, 0.5, 0.95))
    )
    assert found["worst_decile"] == pytest.approx(1.9)


def test_a_policy_fails_in_the_worlds_with_its_worst_regrets(known: Robustness) -> None:
    assert known.failures["pay"] == [18, 19]
    assert known.failures["talk"] == list(range(15))


def test_a_policy_that_is_best_everywhere_never_fails() -> None:
    found = robustness(frame(a=np.arange(30.0), b=np.arange(30.0) - 1), "more")
    assert found.failures["a"] == []
    assert found.criteria["policy"].to_list() == ["a"] * 4
    assert row(found, "a")["regret_max"] == 0
    assert (row(found, "a")["lowest_max"], row(found, "a")["lowest_q90"]) == (1, 1)


def test_each_criterion_has_its_most_robust_policy(known: Robustness) -> None:
    policy, value, _ = criterion(known, "highest regret")
    assert (policy, value) == ("talk", 1)
    policy, value, tied = criterion(known, "share best")
    assert (policy, value, tied) == ("pay", 0.9, [])
    policy, value, _ = criterion(known, "share satisfied")
    assert (policy, value) == ("pay", 0.65)


def test_less_can_be_better() -> None:
    values = np.arange(40.0)
    found = robustness(frame(a=values, b=values + 2), "less", threshold=10)
    mirrored = robustness(frame(a=-values, b=-values - 2), "more", threshold=-10)
    same = [name for name in found.policies.columns if not name.startswith(("value", "worst"))]
    assert found.policies[same].equals(mirrored.policies[same])
    assert found.failures == mirrored.failures
    assert row(found, "b")["worst_decile"] == pytest.approx(2 + np.quantile(values, 0.9))
    assert criterion(found, "worst decile")[:2] == ("a", pytest.approx(np.quantile(values, 0.9)))
    assert row(found, "a")["satisfied"] == 11 / 40


def test_worlds_with_a_failed_or_missing_run_are_left_out_and_counted() -> None:
    values = np.arange(30.0)
    runs = frame(a=values, b=values - 1)
    failed = (pl.col("policy") == "a") & (pl.col("world") == 3)
    runs = runs.with_columns(value=pl.when(failed).then(None).otherwise("value"))
    runs = runs.filter(~((pl.col("policy") == "b") & (pl.col("world") == 4)))
    found = robustness(runs, "more")
    assert (found.worlds, found.left_out) == (28, 2)
    assert not {3, 4} & set(found.failures["b"])
    assert found.found.endswith("; 2 worlds with a failed run left out.")


def test_neither_the_order_of_rows_nor_a_further_world_that_failed_matters() -> None:
    values = generator(0, ("values",)).random((40, 3))
    runs = frame(a=values[:, 0], b=values[:, 1], c=values[:, 2])
    found = robustness(runs, "more", threshold=0.5)
    mixed = robustness(runs.sample(fraction=1, shuffle=True, seed=1), "more", threshold=0.5)
    assert found.policies.equals(mixed.policies)
    assert found.criteria.equals(mixed.criteria)
    assert (found.found, found.failures) == (mixed.found, mixed.failures)


def test_of_two_policies_that_are_as_good_one_is_preferred_in_few_studies(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(robustness_module, "RESAMPLES", 199)
    alone = {"90 % regret": 0, "worst decile": 0, "share best": 0, "share satisfied": 0}
    for seed in range(60):
        values = generator(seed, ("values",)).normal(size=(100, 2))
        found = robustness(frame(a=values[:, 0], b=values[:, 1]), "more", threshold=0, seed=seed)
        for name in alone:
            alone[name] += criterion(found, name)[2] == []
    assert max(alone.values()) <= 8


def test_a_policy_that_is_better_is_told_from_the_others() -> None:
    values = generator(0, ("values",)).normal(size=(300, 2))
    found = robustness(frame(a=values[:, 0], b=values[:, 1] + 1), "more", threshold=0)
    assert found.criteria["policy"].to_list() == ["b"] * 5
    assert criterion(found, "90 % regret")[2] == []
    assert row(found, "b")["lowest_q90"] == 1
    assert "b by 90 % regret" in found.found


def test_policies_that_do_the_same_are_tied_and_named_so() -> None:
    values = generator(1, ("values",)).random(30)
    found = robustness(frame(b=values, a=values, c=values - 1), "more")
    assert found.criteria["tied"].to_list() == [["b"]] * 4
    assert row(found, "a")["lowest_max"] == row(found, "b")["lowest_max"] == 0.5
    assert found.found.startswith(
        "Over 30 worlds the most robust is a by 90 % regret (tied with b), highest regret (tied with b)"
    )


def test_without_a_threshold_nothing_satisfies_or_fails_to() -> None:
    found = robustness(frame(a=np.arange(30.0), b=np.arange(30.0)), "more")
    assert row(found, "a")["satisfied"] is None
    assert "share satisfied" not in found.criteria["criterion"].to_list()


@pytest.mark.parametrize(
    ("runs", "message"),
    [
        (frame(a=np.arange(30)), "regret compares policies"),
        (frame(a=np.arange(19), b=np.arange(19)), "in 19 worlds no policy's run failed"),
        (
            pl.concat([frame(a=np.arange(30), b=np.arange(30)), frame(b=np.arange(1))]),
            "policy 'b' has two runs in world 0",
        ),
        (frame(a=np.full(30, np.inf), b=np.arange(30)), "a value is infinite"),
    ],
)
def test_what_has_no_answer_is_refused(runs: pl.DataFrame, message: str) -> None:
    with pytest.raises(AnalysisError, match=message):
        robustness(runs, "more")
