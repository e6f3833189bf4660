import pytest

from defectsim.core.statuses import CAUSES, RANKS, SERVICES, STATUSES, Rank, Service, Status


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
    assert CAUSES == ("decision", "commander", "recall", "tie", "discovery", "attempt", "government")


@pytest.mark.parametrize("kind", [Rank, Service, Status])
def test_codes_are_places_in_the_list_of_names(kind: type[Rank | Service | Status]) -> None:
    assert [int(member) for member in kind] == list(range(len(kind)))


def test_ranks_compare_by_seniority() -> None:
    assert Rank.ENLISTED < Rank.NCO < Rank.OFFICER < Rank.GENERAL
