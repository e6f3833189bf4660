"""Names that draw figures and their homes, which type checkers and the lazy import both read."""

from .attribution import attribution_figure as attribution_figure
from .belief import belief_figure as belief_figure
from .calibration import calibration_figure as calibration_figure
from .cascade import cascade_figure as cascade_figure
from .causes import causes_figure as causes_figure
from .convergence import convergence_figure as convergence_figure
from .difference_course import difference_course_figure as difference_course_figure
from .differences import difference_figure as difference_figure
from .discovery import discovery_figure as discovery_figure
from .divergence import divergence_figure as divergence_figure
from .predictive import predictive_figure as predictive_figure
from .records import recorded_figure as recorded_figure
from .robustness import robustness_figure as robustness_figure
from .sensitivity import effects_figure as effects_figure
from .sensitivity import indices_figure as indices_figure
from .style import as_svg as as_svg
from .style import save as save
from .sweep import sweep_figure as sweep_figure
from .sweep import sweep_outcomes_figure as sweep_outcomes_figure
from .tipping import tipping_figure as tipping_figure
