"""Names that draw figures and their homes, which type checkers and the lazy import both read."""

from .cascade import cascade_figure as cascade_figure
from .differences import difference_figure as difference_figure
from .style import save as save
from .sweep import sweep_figure as sweep_figure
