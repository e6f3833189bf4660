"""What was observed of six armies, as outcomes of runs; docs/explanation/scenarios.md has the sources."""

import numpy as np

from defectsim.core.clock import DAYS_PER_YEAR
from defectsim.model.transitions import SERVING, Rank, Status
from defectsim.policies.outcomes import Counts

TROOPS = [Rank.ENLISTED, Rank.NCO]
GONE = [Status.DESERTED, Status.DEFECTED]


def _place(counts: Counts, date: str) -> int:
    """Return the place of the last count up to a date."""
    return int(np.searchsorted(counts["date"], np.datetime64(date), side="right")) - 1


def _share(counts: Counts, branch: str, date: str, status: Status) -> float:
    """Return the share of a branch that has a status on a date."""
    people = counts.by_branch[branch]
    return float(people[_place(counts, date), :, status].sum() / people[0].sum())


def guard_rate(counts: Counts) -> float:
    """Return the guard's recorded desertions below the officers, in % of person-years to the end of 2018."""
    last, guard = _place(counts, "2018-12-26"), counts.by_branch["guard"]
    days = np.diff(counts["date"][: last + 1]).astype("timedelta64[D]").astype(float)
    serving = guard[:last][:, TROOPS][:, :, list(SERVING)].sum(axis=(1, 2))
    recorded = counts.recorded_by_branch["guard"][-1, TROOPS].sum()
    return float(100.0 * recorded / ((serving * days).sum() / DAYS_PER_YEAR))


def guard_troops(counts: Counts) -> float:
    """Return the share of the guard's recorded deserters who are no officers."""
    recorded = counts.recorded_by_branch["guard"][-1]
    return float(recorded[TROOPS].sum() / max(recorded.sum(), 1))


def generals_before(counts: Counts) -> float:
    """Return the generals who had defected before there was anybody to go over to."""
    return float(counts["generals_defected"][_place(counts, "2019-01-23")])


def generals_in_time(counts: Counts) -> float:
    """Return the generals who defected between 23 January and 5 February 2019."""
    return float(counts["generals_defected"][_place(counts, "2019-02-06")]) - generals_before(
        counts
    )


def jailed(counts: Counts) -> float:
    """Return those under arrest on 23 January 2019."""
    return float(counts["arrested"][_place(counts, "2019-01-23")])


def retired(counts: Counts) -> float:
    """Return those who left as the law allows, from 2015 to January 2019."""
    gone = counts["retired"]
    return float(gone[_place(counts, "2019-01-23")] - gone[_place(counts, "2015-01-01")])


def jump_of_doubt(counts: Counts) -> float:
    """Return the largest rise within four weeks of the share of those serving who doubt."""
    serving = sum(counts[str(status)] for status in SERVING)
    doubt = counts["doubting"] / np.maximum(serving, 1)
    return float(np.max(doubt[4:] - doubt[:-4]))


def doubt_swings(counts: Counts) -> bool:
    """Tell whether doubters go from below 5 % to above 90 % of those serving within four weeks."""
    serving = sum(counts[str(status)] for status in SERVING)
    doubt = counts["doubting"] / np.maximum(serving, 1)
    return any(
        low < 0.05 and doubt[place : place + 5].max() > 0.9 for place, low in enumerate(doubt)
    )


def gone_by_spring(counts: Counts) -> float:
    """Return Syria's deserters and defectors by 1 April 2012."""
    place = _place(counts, "2012-04-01")
    return float(sum(people[place][:, GONE].sum() for people in counts.by_branch.values()))


def generals_by_autumn(counts: Counts) -> float:
    """Return Syria's generals who had defected in the first six months."""
    return float(counts["generals_defected"][_place(counts, "2011-09-14")])


def wave_left(counts: Counts) -> float:
    """Return departures of the last 13 weeks, as a share of the most in 13 weeks."""
    left = counts["deserted"] + counts["defected"]
    leaving = left[13:] - left[:-13]
    return float(leaving[-1] / max(leaving.max(), 1))


def north_west(counts: Counts) -> float:
    """Return the share of the north-west's army that defected within two weeks of its general."""
    return _share(counts, "north_west", "2011-04-04", Status.DEFECTED)


def guard_defected(counts: Counts) -> float:
    """Return the share of Yemen's Republican Guard that had defected by June 2011."""
    return _share(counts, "republican_guard", "2011-06-06", Status.DEFECTED)


def troops_deserted(counts: Counts) -> float:
    """Return the share of Tunisia's enlisted who had deserted by the 35th day."""
    enlisted = sum(people[:, Rank.ENLISTED] for people in counts.by_branch.values())
    place = _place(counts, "2011-01-21")
    return float(enlisted[place, Status.DESERTED] / enlisted[0].sum())


def army_over(counts: Counts) -> float:
    """Return the share of Tunisia's generals who had left the ruler by the 29th day."""
    generals = counts.by_branch["army"][:, Rank.GENERAL]
    return float(generals[_place(counts, "2011-01-15"), Status.DEFECTED] / generals[0].sum())


def before_the_mutiny(counts: Counts) -> float:
    """Return the share of the Philippine forces that had defected by 21 February 1986."""
    return float(counts["share_defected"][_place(counts, "1986-02-21")])


def after_four_days(counts: Counts) -> float:
    """Return the share of them that had defected by 27 February 1986."""
    return float(counts["share_defected"][_place(counts, "1986-02-27")])


def officers_loyal(counts: Counts) -> float:
    """Return the share of Crimea's officers who serve in the end."""
    return _loyal(counts, [Rank.OFFICER])


def troops_loyal(counts: Counts) -> float:
    """Return the share of Crimea's other ranks who serve in the end."""
    return _loyal(counts, TROOPS)


def deserting(counts: Counts) -> float:
    """Return who deserts within a year, in % of the enlisted and non-commissioned."""
    people = sum(counts.by_branch.values())[:, TROOPS]
    return float(100.0 * people[-1, :, Status.DESERTED].sum() / people[0].sum())


def _loyal(counts: Counts, ranks: list[Rank]) -> float:
    people = sum(counts.by_branch.values())[:, ranks]
    return float(people[-1][:, list(SERVING)].sum() / people[0].sum())
