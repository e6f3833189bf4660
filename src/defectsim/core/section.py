"""Sections of a scenario: frozen models, and numbers that carry their range and source."""

import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from numbers import Real
from typing import Annotated, Any, ClassVar, LiteralString, Self, get_type_hints

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, core_schema

from defectsim.core.choices import BYTES_PER_RUN, MOST_RUNS
from defectsim.core.errors import expect
from defectsim.core.formatting import grouped, memory_size
from defectsim.core.messages import FILE_NAME, IDENTIFIER, MAPPING, kind, message


class Section(BaseModel):
    """A part of a scenario: frozen, strictly typed, with unknown keys refused.

    The string below a field is its description in the JSON Schema.
    """

    synonyms: ClassVar[Mapping[str, str]] = {}
    """Keys by other words that people write for them."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True
    )

    @model_validator(mode="wrap")
    @classmethod
    def _refuse_unknown_keys(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Refuse unknown keys with the nearest known one, together with all other faults."""
        known = cls._keys()
        unknown = [key for key in data if key not in known] if isinstance(data, Mapping) else []
        meant = {key: cls._meant(str(key)) for key in unknown}
        details = [_detail((key,), _unknown(meant[key], known), "unknown_key") for key in unknown]
        try:
            found = handler({key: data[key] for key in data if key in known} if unknown else data)
        except ValidationError as error:
            details += details_of(error, cls._form(), meant.values())
        if details:
            raise ValidationError.from_exception_data("scenario", details)
        return found

    @classmethod
    def _keys(cls) -> list[str]:
        """Return the keys, as a file writes them."""
        return [field.alias or name for name, field in cls.model_fields.items()]

    @classmethod
    def _form(cls) -> str:
        """Return the form of the section, for whoever wrote another."""
        return f"a mapping of keys; known here: {', '.join(cls._keys())}"

    @classmethod
    def _meant(cls, key: str) -> str | None:
        """Return the key that was meant by an unknown one, if it is near to any."""
        return cls.synonyms.get(key) or next(iter(get_close_matches(key, cls._keys(), n=1)), None)


def _unknown(meant: str | None, known: Sequence[str]) -> str:
    return "unknown key; " + (
        f"did you mean {meant!r}?" if meant else f"known here: {', '.join(known)}"
    )


class BuiltSection(Section):
    """A section whose fields are built by code, without strings below them."""

    model_config = ConfigDict(use_attribute_docstrings=False)


type _Place = tuple[str | int, ...]
"""A place below the validated value."""
type Refusal = tuple[_Place, str]
"""A place, and a message."""


def _detail(place: _Place, message: str, kind: LiteralString = "refused") -> InitErrorDetails:
    return InitErrorDetails(type=PydanticCustomError(kind, message), loc=place, input=None)


def refuse(message: str) -> PydanticCustomError:
    """Return the error with which a validator refuses a value."""
    return PydanticCustomError("refused", message)


def details_of(
    error: ValidationError, form: str = MAPPING, meant: Iterable[str | None] = ()
) -> list[InitErrorDetails]:
    """Return the faults of an error, to raise them together with others.

    Parameters
    ----------
    form
        Form of the section, for whoever wrote another.
    meant
        Keys that are written by other words, and so not missing.
    """
    written = [(key,) for key in meant]
    return [
        _detail(one["loc"], message(one, form), kind(one))
        for one in error.errors()
        if one["type"] != "missing" or one["loc"] not in written
    ]


def refusals(faults: Iterable[Refusal]) -> list[InitErrorDetails]:
    """Return faults as an error has them."""
    return [_detail(place, message) for place, message in faults]


def refuse_all(faults: Iterable[Refusal]) -> None:
    """Raise all faults as one error, if there are any."""
    if details := refusals(faults):
        raise ValidationError.from_exception_data("scenario", details)


def together[T](faults: Iterable[Refusal], validate: Callable[[], T]) -> T:
    """Return what validates, or raise faults as one error with those that are found meanwhile."""
    details = refusals(faults)
    try:
        found = validate()
    except ValidationError as error:
        details += details_of(error)
    if details:
        raise ValidationError.from_exception_data("scenario", details)
    return found


_SHOWN = 3
"""Number of a validation's faults that are told."""


def faults_of(error: ValidationError) -> str:
    """Return the first faults of what no user wrote, each with its place, as printable text."""
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    told = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in faults[:_SHOWN]]
    text = "; ".join([*told, *(["..."] if len(faults) > _SHOWN else [])])
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def valid_entries(
    kind: type[Section], data: Any, context: Any, needed: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the entries of a section that are valid by themselves, whatever else is wrong.

    Parameters
    ----------
    needed
        Entries without which the section has no valid one.
    """
    found: dict[str, Any] = {}
    for name, value in data.items() if isinstance(data, Mapping) else ():
        if name in kind.model_fields:
            with suppress(ValidationError):
                whole = kind.model_validate({**(needed or {}), name: value}, context=context)
                found[name] = getattr(whole, name)
    return found


Identifier = Annotated[str, Field(pattern=IDENTIFIER)]
"""Name that a scenario gives to a branch, an attribute, a lever or a policy."""
FileName = Annotated[str, Field(pattern=FILE_NAME)]
"""Name of a scenario or a sweep, and of the folders of their studies."""


def _as_text(given: Any) -> Any:
    return str(given) if isinstance(given, int | float) else given


FormedText = Annotated[str, BeforeValidator(_as_text)]
"""Text of a form of its own, by which a number is refused as any other text is."""

Finite = Annotated[float, Field(allow_inf_nan=False)]
NumberPair = Annotated[tuple[Finite, Finite], Field(strict=False)]


def number_schema(bare: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema of a number, bare or ``{value, range, source}``."""
    pair = {"type": "array", "items": bare, "minItems": 2, "maxItems": 2}
    properties = {"value": bare, "range": pair, "source": {"type": "string"}}
    whole = {
        "type": "object",
        "properties": properties,
        "required": ["value"],
        "additionalProperties": False,
    }
    return {"anyOf": [bare, whole]}


class Number(Section):
    """A number with its range and source; in YAML bare or ``{value, range, source}``.

    Attributes
    ----------
    value
        The number that a run uses.
    range
        Lowest and highest plausible value.
    source
        Origin of the number. It begins with "assumption" if nobody measured it, and with
        "estimate", "found by" or "calibrated" if it was worked out.
    """

    value: float
    range: Annotated[tuple[float, float], Field(strict=False)] | None = None
    source: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _accept_bare(cls, data: Any) -> Any:
        if isinstance(data, Number | Mapping):
            return data
        if isinstance(data, int | float) and not isinstance(data, bool):
            return {"value": data}
        raise refuse("must be a number, or a mapping with value, range and source")

    @model_validator(mode="after")
    def _range_holds_value(self) -> "Number":
        if self.range is None:
            return self
        low, high = self.range
        if low > high:
            raise refuse(f"range [{low:g}, {high:g}] is upside down")
        if not low <= self.value <= high:
            raise refuse(
                f"{self.value} lies outside its own range [{low:g}, {high:g}]; "
                "change the value or widen the range"
            )
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return number_schema({"type": "number"})

    @property
    def span(self) -> tuple[float, ...]:
        """The value, and the ends of the range if there is one."""
        return (self.value, *(self.range or ()))

    @model_serializer(mode="wrap")
    def _dump_bare(self, handler: SerializerFunctionWrapHandler) -> Any:
        return self.value if self.range is None and self.source is None else handler(self)

    def __float__(self) -> float:
        return self.value

    def __int__(self) -> int:
        return int(self.value)


def _finite(number: Number) -> Number:
    if math.isinf(number.value):
        raise refuse(f"must be a finite number, not {number.value}")
    return number


FINITE = AfterValidator(_finite)
"""Refuses an infinite number where only finite ones make sense; ends of its range may be infinite."""

WHOLE = "must be a whole number"
"""Message for a fraction where only whole numbers make sense."""


@dataclass(frozen=True)
class Bounds:
    """Inclusive bounds of a number's value and range.

    Attributes
    ----------
    whole
        Whether only whole numbers make sense.
    """

    low: float = -math.inf
    high: float = math.inf
    whole: bool = False

    def __post_init__(self) -> None:
        for end in (self.low, self.high):
            expect(end, Real, "bounds as numbers")
        if not self.low <= self.high:
            raise ValueError(f"bounds from {self.low:g} to {self.high:g} are upside down")

    def fault(self, value: float) -> str | None:
        """Return what is wrong with a value, or None."""
        if math.isnan(value):
            return "must be a number, not nan"
        if not self.low <= value <= self.high:
            return f"{grouped(value)} is out of bounds: must be {self}"
        if self.whole and value % 1 != 0:
            return f"{value:g} {WHOLE}"
        return None

    def faults(self, number: Number) -> list[str]:
        """Return what is wrong with a number's value and the ends of its range."""
        return [fault for value in number.span if (fault := self.fault(value))]

    def __str__(self) -> str:
        if self.high == math.inf:
            return f"at least {grouped(self.low)}"
        if self.low == -math.inf:
            return f"at most {grouped(self.high)}"
        return f"between {grouped(self.low)} and {grouped(self.high)}"

    def check(self, number: Number) -> Number:
        """Return `number`, or raise if it or its range is out of bounds."""
        for fault in self.faults(number):
            raise refuse(fault)
        return number

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        limits = {"minimum": self.low, "maximum": self.high}
        shown = {key: value for key, value in limits.items() if math.isfinite(value)}
        return number_schema({"type": "integer" if self.whole else "number", **shown})


@dataclass(frozen=True)
class Size(Bounds):
    """Bounds of a number that sizes something: the upper is far above what anybody needs.

    Attributes
    ----------
    bytes_each
        Memory that each takes; 0 if it takes none of its own.
    """

    whole: bool = True
    bytes_each: float = 0

    def fault(self, value: float) -> str | None:
        """Return what is wrong with a value, or None; of a large one the memory that it takes."""
        if value < self.low:
            return Bounds(low=self.low).fault(value)
        fault = super().fault(value)
        if fault and value > self.high and self.bytes_each:
            return f"{fault}; so many take about {memory_size(value * self.bytes_each)} of memory"
        return fault


Fraction = Annotated[Number, Bounds(0, 1)]
Count = Annotated[Number, Bounds(low=0, whole=True)]
PositiveCount = Annotated[Number, Bounds(low=1, whole=True)]

RUNS = Size(1, MOST_RUNS, bytes_each=BYTES_PER_RUN)
"""Bounds of replicates, and of the runs of a study."""

MOST_DAYS = 36_525
"""Longest delay, a hundred years."""
Days = Annotated[Number, Size(0, MOST_DAYS)]
PositiveDays = Annotated[Number, Size(1, MOST_DAYS)]


def whole_number(name: str, value: Any, least: int = 0, most: float = math.inf) -> int:
    """Return a whole number that a Python caller gives, of any integer type; refuse all else.

    Raises
    ------
    TypeError, ValueError
        If it is no whole number, as floats and truth values are none, or out of bounds.
    """
    try:
        if isinstance(value, bool):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be a whole number, not {value!r}") from None
    if number < least:
        raise ValueError(f"{name} must be {least} or above, not {number}")
    if number > most:
        raise ValueError(f"{name} must be {most:,} or below, not {number:,}")
    return number


def annotations[T](cls: type, kind: type[T], names: dict[str, Any] | None = None) -> dict[str, T]:
    """Return the first metadata of type `kind` by annotated attribute, where there is any.

    Parameters
    ----------
    names
        Namespace for annotations that are text, if the module of the class cannot be imported.
    """
    found: dict[str, T] = {}
    for name, hint in get_type_hints(cls, names, include_extras=True).items():
        for one in getattr(hint, "__metadata__", ()):
            if isinstance(one, kind):
                found.setdefault(name, one)
    return found
