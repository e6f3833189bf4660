from hypothesis import settings

settings.register_profile("defectsim", deadline=None, derandomize=True)
settings.load_profile("defectsim")
