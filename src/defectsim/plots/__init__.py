"""Pictures of frames: (frame, axes) -> axes; nothing here runs a model."""

from defectsim.plots.cascade import cascade, cascade_figure, policy_numbers
from defectsim.plots.differences import difference_figure, difference_strip
from defectsim.plots.style import end_labels, save
from defectsim.plots.sweep import lever_lines, lever_map, sweep_figure

__all__ = [
    "cascade",
    "cascade_figure",
    "difference_figure",
    "difference_strip",
    "end_labels",
    "lever_lines",
    "lever_map",
    "policy_numbers",
    "save",
    "sweep_figure",
]
