"""Pictures of frames: (frame, axes) -> axes; nothing here runs a model."""

from defectsim.plots.bands import cascade
from defectsim.plots.differences import difference_figure, difference_strip
from defectsim.plots.figures import cascade_figure
from defectsim.plots.heat import lever_map
from defectsim.plots.labels import end_labels
from defectsim.plots.lines import lever_lines
from defectsim.plots.markers import policy_numbers
from defectsim.plots.saving import save
from defectsim.plots.sweep import sweep_figure

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
