import sys
from typing import Annotated, NamedTuple

import pytest
from pydantic import ValidationError

from builders import written
from defectsim.core.errors import RuleError
from defectsim.core.parameters import NoParameters, Parameter, Parameters, parameters_of
from defectsim.core.section import Bounds, Number


class Pace(NamedTuple):
    base: Annotated[float, Parameter("1/year", Bounds(low=0), "Pace.")]
    slope: float = 2.0


class Walks:
    p: Pace


class Stands:
    pass


def runs(p: Pace) -> None: ...


@pytest.mark.parametrize("thing", [Walks, runs])
def test_parameters_are_declared_by_the_annotation_of_p(thing: object) -> None:
    found = parameters_of(thing, "it")
    assert found.named_tuple is Pace
    assert found.described == {"base": Parameter("1/year", Bounds(low=0), "Pace.")}


def test_none_need_be_declared() -> None:
    assert (
        parameters_of(Stands, "it")
        == parameters_of(lambda p: p, "it")
        == Parameters(NoParameters, {})
    )


def test_annotations_may_be_texts_in_a_module_that_cannot_be_imported(tmp_path) -> None:
    text = (
        "from __future__ import annotations\nfrom typing import Annotated, NamedTuple\n"
        "from defectsim import Bounds, Parameter\n\n\nclass P(NamedTuple):\n"
        "    base: Annotated[float, Parameter('1/year', Bounds(low=0), 'Pace.')] = 1.0\n\n\n"
        "def decide(agent, p: P): ...\n\n\nclass Walks:\n    p: P\n"
    )
    module = written(tmp_path, text)
    assert set(parameters_of(module.decide, "it").described) == {"base"}


def test_annotations_are_understood_where_they_are_written(
    tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = (
        "from __future__ import annotations\nfrom typing import Annotated as Noted, NamedTuple\n"
        "from defectsim import Bounds, Parameter\n\n\nclass P(NamedTuple):\n"
        "    base: Noted[float, Parameter('1/year', Bounds(low=0), 'Pace.')] = 1.0\n\n\n"
        "class Walks:\n    p: P\n"
    )
    monkeypatch.setitem(sys.modules, "base_of_a_test", written(tmp_path, base, "base_of_a_test"))
    text = "from base_of_a_test import P, Walks\n\n\ndef decide(agent, p: P): ...\n\n\nclass Runs(Walks): ...\n"
    module = written(tmp_path, text)
    for thing in (module.decide, module.Runs):
        assert set(parameters_of(thing, "it", vars(module)).described) == {"base"}


def test_an_annotation_that_cannot_be_evaluated_is_refused() -> None:
    def wrong(p: "Nowhere") -> None: ...  # noqa: F821  # a name that is nowhere is what is tested

    with pytest.raises(RuleError, match="it: an annotation cannot be understood: name 'Nowhere'"):
        parameters_of(wrong, "it")


def test_a_default_out_of_its_own_bounds_is_refused_unless_another_value_is_given() -> None:
    class Wrong(NamedTuple):
        base: float = -1.0

    declared = Parameters(Wrong, parameters_of(Walks, "it").described)
    with pytest.raises(ValidationError, match="its default -1 is out of bounds"):
        declared.filled({})
    assert declared.filled({"base": Number(value=1)})["base"].value == 1


def test_values_keep_their_bounds_and_defaults() -> None:
    declared = parameters_of(runs, "it")
    assert declared.values(declared.filled({"base": Number(value=1)})) == Pace(1.0, 2.0)
    with pytest.raises(ValidationError, match=r"out of bounds(.|\n)*did you mean"):
        declared.filled({"base": Number(value=-1), "slop": Number(value=1)})
