"""A quantity that differs from person to person, as a scenario writes it."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from defectsim.core.section import Finite, Pair, Section, refuse, refuse_all
from defectsim.population import scipy_law

_TWO_PARAMETERS = ("uniform", "normal", "lognormal", "beta", "gamma")
FORMS = (*_TWO_PARAMETERS, "exponential", "distribution", "values")


class Law(Section):
    """A quantity that differs from person to person; exactly one form is given.

    `uniform` [low, high], `normal` [mean, standard deviation], `lognormal` [median, standard deviation of the log],
    `beta` [a, b], `gamma` [shape, scale], `exponential` (mean) and any univariate `distribution` of scipy.stats, with
    `parameters` by the names there, are truncated to the bounds of their column; `values` lists a number for each
    person of that rank in each branch. Where scipy has no formula for the inverse of a distribution (levy_stable,
    vonmises), a draw takes milliseconds a person.
    """

    uniform: Pair | None = None
    """The lowest and the highest value."""
    normal: Pair | None = None
    """Mean and standard deviation."""
    lognormal: Pair | None = None
    """Median, and standard deviation of the logarithm."""
    beta: Pair | None = None
    """The two shapes, a and b."""
    gamma: Pair | None = None
    """Shape and scale."""
    exponential: Finite | None = None
    """Mean."""
    distribution: Annotated[str | None, Field(description="name in scipy.stats, such as weibull_min or poisson")] = None
    parameters: Annotated[
        dict[str, Finite] | None, Field(description="of the distribution: its shapes, loc and scale")
    ] = None
    values: list[Finite] | None = None
    """A number for each person of that rank in each branch."""
    per: Annotated[Literal["person", "unit"], Field(description="who has a draw of their own, in each replicate")] = (
        "person"
    )
    source: str | None = None
    """Where the law comes from."""

    @model_validator(mode="after")
    def _is_a_law(self) -> "Law":
        given = [form for form in FORMS if getattr(self, form) is not None]
        if len(given) != 1:
            raise refuse(f"must have exactly one of {', '.join(FORMS)}")
        if self.parameters is not None and self.distribution is None:
            raise refuse("parameters are those of a distribution; name it")
        form, parameters = given[0], getattr(self, given[0])
        if form == "uniform" and parameters[0] >= parameters[1]:
            raise refuse("uniform [low, high] must have low below high")
        if form in _TWO_PARAMETERS[1:] and parameters[1] <= 0:
            raise refuse(f"the second parameter of {form} must be above 0")
        if (form in ("lognormal", "beta", "gamma") and parameters[0] <= 0) or (
            form == "exponential" and parameters <= 0
        ):
            raise refuse(f"{form} must be above 0")
        if self.distribution is not None:
            refuse_all(scipy_law.faults(self.distribution, self.parameters or {}))
        return self

    @property
    def form(self) -> str:
        """The form that is given."""
        return next(form for form in FORMS if getattr(self, form) is not None)
