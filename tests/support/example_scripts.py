"""Acts, observers and agents with a step of their own, named by tests as ``example_scripts:name``."""

from typing import Any, NamedTuple

import numpy as np

from defectsim import General, Soldier


class Cut(NamedTuple):
    share: float = 0.5


def cut_pay(people: Any, p: Cut) -> None:
    people.write("pay", people.column("pay") * p.share)


def raise_pay(people: Any) -> None:
    people.write("pay", people.column("pay") + 50.0)


def make_alike(people: Any) -> None:
    """Leave no difference in what rules read of people, but for where they stand."""
    for name in ("signal", "grievance", "exposure", "outside", "attachment"):
        people.write(name, 0.0)


def designate(people: Any) -> None:
    drawn = people.draw("who")
    people.write("exposure", np.where(drawn < 0.5, 1.0, people.column("exposure")))


class Taken(NamedTuple):
    place: float = 0.0


def take(people: Any, p: Taken) -> None:
    """Have all of them take a transition, one of three that lead into service."""
    transition = ("shirk", "plot", "recall")[int(p.place)]
    people.leave(transition, np.ones(len(people.names), bool))


def observe(view: Any) -> dict[str, float]:
    loyal = view.column("status") == 0
    return {
        "mean pay": view.column("pay").mean(),
        "loyal": np.count_nonzero(loyal),
        "day": view.date.day,
    }


_SEEN: dict[str, Any] = {}


def keeps(view: Any) -> dict[str, float]:
    before, _SEEN["status"] = _SEEN.get("status"), view.column("status")
    return {"left": 0 if before is None else np.count_nonzero(before != _SEEN["status"])}


def wrong(view: Any) -> Any:
    return [1, 2]


def breaks_in(view: Any) -> Any:
    view.column("pay")[:] = 0


class Pace(NamedTuple):
    leave_below: float = 0.1


class Waverer(General):
    """Goes over on a draw of their own, and frets meanwhile."""

    p: Pace

    def step(self) -> None:
        self.grievance += 0.1
        if self.draw("leave") < self.p.leave_below:
            self.defect()


class Deserter(Soldier):
    def step(self) -> None:
        if self.superior is not None and self.superior.status == 4:
            self.desert()


class Watcher(General):
    """Notes what is to be seen, and what the same looks like for the superior."""

    @classmethod
    def begin(cls, model: Any, p: Any) -> None:
        model.noted = []

    def step(self) -> None:
        seen = self.country
        shares = (seen.forces_deserted, seen.forces_defected, seen.generals_defected)
        self.model.noted.append((self.row, self.around, shares, seen.protest, seen.off_ramp))


class Zealot(General):
    pay = 3.0
    zeal = 5.0

    def step(self) -> None:
        self.zeal += 1.0


class Asleep(General):
    pass


class Grown(General):
    """Begins with what it draws, and with a grievance."""

    def __init__(self, model: Any, row: int) -> None:
        super().__init__(model, row)
        self.courage = self.draw("courage")
        self.grievance += 1.0

    def step(self) -> None:
        if self.courage < 0.5:
            self.defect()


class Grid(Soldier):
    @classmethod
    def begin(cls, model: Any, p: Any) -> None:
        model.asked = []

    def step(self) -> None:
        self.model.asked.append(self.row)


def arrest_friends(people: Any) -> None:
    """Arrest every second of those tied to somebody who has gone, in the first brigade of the army."""
    gone = people.army.column("status") >= 3
    units = np.array(people.army.units)[people.column("unit")]
    near = (people.ties @ gone.astype(float) > 0) & (units != "army command 1")
    people.leave("arrest", near & (people.draw("half") < 0.5))
