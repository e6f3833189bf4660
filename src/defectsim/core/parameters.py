"""Parameters that code declares, and their values in a scenario."""

import sys
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from inspect import get_annotations, isfunction, signature
from typing import Any, ClassVar, NamedTuple, Self

from pydantic import (
    GetJsonSchemaHandler,
    PrivateAttr,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import CoreSchema

from defectsim.core.code.loading import Code, resolve_code
from defectsim.core.errors import RuleError, nearest
from defectsim.core.section import Bounds, Number, Refusal, Section, annotations, refuse, refuse_all


@dataclass(frozen=True)
class Parameter:
    """Description of a parameter, in the annotation of its field."""

    unit: str
    bounds: Bounds
    meaning: str


class NoParameters(NamedTuple):
    """Parameters of code that declares none."""


@dataclass(frozen=True)
class Parameters:
    """Declared parameters: `p` annotated with a NamedTuple class.

    Attributes
    ----------
    named_tuple
        That class.
    described
        Descriptions of the parameters that have one.
    """

    named_tuple: type[Any]
    described: Mapping[str, Parameter]

    def filled(self, given: Mapping[str, Number]) -> dict[str, Number]:
        """Return all parameters, given or default.

        Raises
        ------
        pydantic.ValidationError
            With every fault of the given values.
        """
        known, defaults = self.named_tuple._fields, self.named_tuple._field_defaults
        faults: list[Refusal] = []
        for name in dict.fromkeys((*given, *known)):
            bounds = self.described[name].bounds if name in self.described else Bounds()
            if name in given:
                if name not in known:
                    faults.append(((name,), f"unknown parameter{nearest(name, known)}"))
                faults += [((name,), fault) for fault in bounds.faults(given[name])]
            elif name not in defaults:
                faults.append(((name,), "this parameter has no default and must be given"))
            elif name in self.described and (fault := bounds.fault(defaults[name])):
                faults.append(((name,), f"its default {fault}"))
        refuse_all(faults)
        return {name: given.get(name) or Number(value=defaults[name]) for name in known}

    def values(self, numbers: Mapping[str, Number]) -> Any:
        """Return an instance of the class; parameters without a number keep their defaults."""
        return self.named_tuple(**{name: float(number.value) for name, number in numbers.items()})


def parameters_of(thing: Any, name: str, names: Mapping[str, Any] | None = None) -> Parameters:
    """Return the parameters that a function or class declares by annotating `p`.

    Parameters
    ----------
    name
        What messages call it.
    names
        Everything in the module of a class; `sys.modules` may have another file of that name.

    Raises
    ------
    RuleError
        If `p` is annotated with something else than a NamedTuple class.
    """
    bases = getattr(thing, "__mro__", (thing,))
    declaring = next((base for base in bases if "p" in get_annotations(base)), thing)
    kind = get_annotations(declaring).get("p", NoParameters)
    namespace = _namespace(declaring, names or {})
    try:
        kind = eval(kind, namespace) if isinstance(kind, str) else kind
        kind = NoParameters if kind is Any else kind
        if not (isinstance(kind, type) and issubclass(kind, tuple) and hasattr(kind, "_fields")):
            raise RuleError(
                f"{name}: p must be annotated with a NamedTuple class that declares the parameters"
            )
        described = annotations(kind, Parameter, _namespace(kind, namespace))
    except (NameError, AttributeError, TypeError, ValueError, SyntaxError) as error:
        raise RuleError(f"{name}: an annotation cannot be understood: {error}") from error
    return Parameters(kind, described)


def _namespace(thing: Any, module: Mapping[str, Any]) -> dict[str, Any]:
    """Return the names among which annotations are evaluated; those of `module` if it defines it."""
    if thing.__module__ == module.get("__name__"):
        return dict(module)
    elsewhere = vars(sys.modules.get(thing.__module__, object))
    return dict(getattr(thing, "__globals__", elsewhere))


def of_one_argument(code: Code, form: str) -> Parameters:
    """Return no parameters, for a function of one argument; refuse what is not of this form."""
    if not isfunction(code.thing) or len(signature(code.thing).parameters) != 1:
        raise RuleError(f"{code.name}: {form}")
    return Parameters(NoParameters, {})


class CodeSection(Section):
    """Section with code: in YAML its name alone, or a mapping.

    Attributes
    ----------
    key
        Field of the name; a field `parameters`, if any, comes after it.
    """

    key: ClassVar[str]
    _code: Code = PrivateAttr()

    @classmethod
    def _form(cls) -> str:
        """Return the form of the section, for whoever wrote another."""
        return f"the name of code, or {super()._form()}"

    @classmethod
    @abstractmethod
    def declared(cls, code: Code) -> Parameters:
        """Return the parameters that the code declares.

        Raises
        ------
        RuleError
            If the code is not what the section needs.
        """

    @property
    def code(self) -> Code:
        """The named code, with its file."""
        return self._code

    @model_validator(mode="before")
    @classmethod
    def _accept_name_alone(cls, data: Any) -> Any:
        return {cls.key: data} if isinstance(data, str) else data

    @field_validator("rule", "act", "observe", "function", check_fields=False)
    @classmethod
    def _exists(cls, name: str, info: ValidationInfo) -> str:
        cls._declared(name, info)
        return name

    @field_validator("parameters", check_fields=False)
    @classmethod
    def _fill(cls, given: dict[str, Number], info: ValidationInfo) -> dict[str, Number]:
        name = info.data.get(cls.key)
        return given if name is None else cls._declared(name, info).filled(given)

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
