"""Agent-based simulation of desertion and defection in an armed force.

    import defectsim as ds

    scenario = ds.load("scenarios/venezuela-2019.yaml")
    study = ds.run(scenario, replicates=40, seed=1)
    study.series

Names are imported when first used, from where `__init__.pyi` says.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
