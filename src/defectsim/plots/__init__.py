"""Figures of frames; each name, and Matplotlib, is imported when first used, as `__init__.pyi` says."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
