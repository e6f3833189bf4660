import pytest

from defectsim.model.rule import Rates
from defectsim.model.transitions import (
    CAUSES,
    COUNTED_AT_END,
    DECIDED,
    IMPOSED,
    LOSSES,
    RANKS,
    SERVICES,
    SERVING,
    STATUSES,
    TRANSITIONS,
    Rank,
    Service,
    Status,
)
from defectsim.store.schema import FOUND


def test_stored_codes_never_change_their_meaning() -> None:
    assert RANKS == ("enlisted", "nco", "officer", "general")
    assert SERVICES == ("active", "reserve")
    assert STATUSES == (
        "loyal",
        "shirking",
        "plotting",
        "deserted",
        "defected",
        "arrested",
        "dismissed",
        "retired",
    )
    assert CAUSES == (
        "decision",
        "commander",
        "recall",
        "tie",
        "discovery",
        "attempt",
        "government",
    )


@pytest.mark.parametrize("kind", [Rank, Service, Status])
def test_codes_are_places_in_the_list_of_names(kind: type[Rank | Service | Status]) -> None:
    assert [int(member) for member in kind] == list(range(len(kind)))


def test_ranks_compare_by_seniority() -> None:
    assert Rank.ENLISTED < Rank.NCO < Rank.OFFICER < Rank.GENERAL


def test_the_first_transitions_are_decided_by_rules_and_the_others_done_to_people() -> None:
    assert tuple(TRANSITIONS)[: len(Rates._fields)] == Rates._fields
    assert tuple(TRANSITIONS)[len(Rates._fields) :] == (
        "recall",
        "arrest",
        "dismiss",
        "prosecute",
    )


def test_every_transition_leads_elsewhere_and_rules_decide_from_service_alone() -> None:
    for name, transition in TRANSITIONS.items():
        assert transition.origins
        assert transition.end not in transition.origins
        if name in Rates._fields:
            assert set(transition.origins) <= set(SERVING)


def test_each_status_is_reached_and_whoever_deserted_retired_or_was_sent_away_stays_so() -> None:
    assert {transition.end for transition in TRANSITIONS.values()} == set(Status)
    final = set(Status) - {
        status for transition in TRANSITIONS.values() for status in transition.origins
    }
    assert final == {Status.ARRESTED, Status.DISMISSED, Status.RETIRED}


def test_events_hold_places_that_begin_with_those_of_rates() -> None:
    assert tuple(DECIDED) == Rates._fields
    assert tuple(TRANSITIONS) == (*DECIDED, *IMPOSED)
    assert Rates() == (0.0,) * len(DECIDED)


def test_columns_of_stored_runs_keep_their_order() -> None:
    counted = [name for name in FOUND if name in (*STATUSES, "recorded")]
    assert counted == [*LOSSES, *COUNTED_AT_END]
    assert LOSSES == ["deserted", "recorded", "defected"]
    assert COUNTED_AT_END == ("shirking", "arrested", "dismissed", "retired")


def test_those_who_serve_have_the_first_codes() -> None:
    assert [int(status) for status in SERVING] == [0, 1, 2]
