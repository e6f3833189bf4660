"""Living one replicate from the start of the clock to its end."""

from defectsim.engine.column import ColumnEngine
from defectsim.engine.columns import Columns
from defectsim.engine.court import Court
from defectsim.engine.setting import Engine
from defectsim.engine.start import EngineName, Start


def live(start: Start, replicate: int, engine: EngineName = "column") -> Engine:
    """Live one replicate, and return the engine that did.

    The column engine needs no Mesa model for it, unless the scenario has something done in Python between steps.
    """
    if engine == "reference" or start.scenario.scripted or start.calendar.waiting:
        from defectsim.engine.model import DefectionModel

        return DefectionModel(start.scenario, replicate=replicate, engine=engine, start=start).run().engine
    setting = start.setting(replicate)
    lived, court = ColumnEngine(setting, start.cells), Court(start.scenario, Columns(setting), setting.population)
    court.live(lived, 0, setting.clock.steps)
    return lived
