"""Pictures of frames: (frame, axes) -> axes; nothing here runs a model."""

from defectsim.plots.bands import cascade
from defectsim.plots.figures import cascade_figure
from defectsim.plots.labels import end_labels
from defectsim.plots.markers import policy_numbers
from defectsim.plots.saving import save

__all__ = ["cascade", "cascade_figure", "end_labels", "policy_numbers", "save"]
