"""Parameters: what a rule, an act or an agent's class declares, and what a scenario gives."""

import sys
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Self, get_type_hints

from pydantic import (
    GetJsonSchemaHandler,
    PrivateAttr,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import CoreSchema

from defectsim.core.code import Code, resolve_code
from defectsim.core.errors import RuleError, nearest
from defectsim.core.section import Bounds, Number, Section, annotations, refuse, refuse_all


@dataclass(frozen=True)
class Parameter:
    """What is said of a parameter, in the annotation of its field.

    Attributes
    ----------
    unit
        What it is measured in.
    bounds
        What its value must keep.
    meaning
        What it is, in a sentence.
    """

    unit: str
    bounds: Bounds
    meaning: str


class NoParameters(NamedTuple):
    """Of what declares none."""


@dataclass(frozen=True)
class Parameters:
    """The parameters that something declares by annotating `p` with a NamedTuple class.

    Attributes
    ----------
    kind
        That class.
    said
        What it says of those whose annotation says anything.
    """

    kind: type[Any]
    said: Mapping[str, Parameter]

    def filled(self, given: Mapping[str, Number]) -> dict[str, Number]:
        """Return all parameters, with defaults where nothing is given.

        Raises
        ------
        pydantic.ValidationError
            With everything that is wrong with what is given.
        """
        known, defaults = self.kind._fields, self.kind._field_defaults
        faults = [
            ((name,), f"unknown parameter{nearest(name, known)}")
            for name in given
            if name not in known
        ]
        for name, number in given.items():
            bounds = self.said[name].bounds if name in self.said else Bounds()
            faults += [((name,), fault) for value in number.span if (fault := bounds.fault(value))]
        faults += [
            ((name,), f"its default {fault}")
            for name, said in self.said.items()
            if name in defaults
            and name not in given
            and (fault := said.bounds.fault(defaults[name]))
        ]
        missing = [name for name in known if name not in given and name not in defaults]
        refuse_all(
            [
                *faults,
                *(((name,), "this parameter has no default and must be given") for name in missing),
            ]
        )
        return {name: given.get(name) or Number(value=defaults[name]) for name in known}

    def values(self, numbers: Mapping[str, Number]) -> Any:
        """Return an instance of the class; parameters that are not named keep their defaults."""
        return self.kind(**{name: float(number.value) for name, number in numbers.items()})


def parameters_of(thing: Any, name: str, names: Mapping[str, Any] | None = None) -> Parameters:
    """Return what a function, or a class, declares by annotating `p`; nothing where it does not.

    Parameters
    ----------
    names
        All that there is in the module of a class: another file of the same name may be known by that name since.

    Raises
    ------
    RuleError
        Where `p` is annotated with something else than a NamedTuple class.
    """
    declaring = next(
        (one for one in getattr(thing, "__mro__", (thing,)) if "p" in _annotations(one)), thing
    )
    around = _around(declaring, names or {})
    said = type(
        "Said", (), {"__annotations__": {"p": _annotations(declaring).get("p", NoParameters)}}
    )
    try:
        kind = get_type_hints(said, dict(around))["p"]
        kind = NoParameters if kind is Any else kind
        if not (isinstance(kind, type) and issubclass(kind, tuple) and hasattr(kind, "_fields")):
            raise RuleError(
                f"{name}: p must be annotated with a NamedTuple class that declares the parameters"
            )
        return Parameters(kind, annotations(kind, Parameter, dict(_around(kind, around))))
    except (NameError, AttributeError, TypeError, SyntaxError) as error:
        raise RuleError(f"{name}: an annotation cannot be understood: {error}") from error


def _around(thing: Any, known: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the names by which the annotations of a function or a class are understood.

    Parameters
    ----------
    known
        Those of one module, for a class of that module.
    """
    if thing.__module__ == known.get("__name__"):
        return known
    found: Mapping[str, Any] = getattr(thing, "__globals__", None) or vars(
        sys.modules.get(thing.__module__, object)
    )
    return found


def _annotations(thing: Any) -> dict[str, Any]:
    """Return the annotations of a function, or of a class without those of the classes that it builds on."""
    found: dict[str, Any] = (
        vars(thing).get("__annotations__", {}) if isinstance(thing, type) else thing.__annotations__
    )
    return found


class CodeSection(Section):
    """Code that a scenario names; in YAML the name alone, or a mapping with what else there is to say.

    Attributes
    ----------
    key
        The field that has the name; `parameters`, where there is such a field, comes after it.
    """

    key: ClassVar[str]
    _code: Code = PrivateAttr()

    @classmethod
    @abstractmethod
    def declared(cls, code: Code) -> Parameters:
        """Return the parameters that the code declares.

        Raises
        ------
        RuleError
            Where it is not what should stand here.
        """

    @property
    def code(self) -> Code:
        """What is named, and the file that it stands in."""
        return self._code

    @model_validator(mode="before")
    @classmethod
    def _accept_bare(cls, data: Any) -> Any:
        return {cls.key: data} if isinstance(data, str) else data

    @field_validator("rule", "act", "observe", check_fields=False)
    @classmethod
    def _exists(cls, name: str, info: ValidationInfo) -> str:
        cls._declared(name, info)
        return name

    @field_validator("parameters", check_fields=False)
    @classmethod
    def _filled(cls, given: dict[str, Number], info: ValidationInfo) -> dict[str, Number]:
        return (
            cls._declared(info.data[cls.key], info).filled(given) if cls.key in info.data else given
        )

    @model_validator(mode="after")
    def _keep_code(self, info: ValidationInfo) -> Self:
        self._code = resolve_code(getattr(self, self.key), info)
        return self

    @classmethod
    def _declared(cls, name: str, info: ValidationInfo) -> Parameters:
        try:
            return cls.declared(resolve_code(name, info))
        except RuleError as error:
            raise refuse(str(error)) from error

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        whole = handler.resolve_ref_schema(handler(schema))
        return {"anyOf": [whole["properties"][cls.key], whole]}
