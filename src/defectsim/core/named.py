"""Sections of a scenario that name code."""

from abc import abstractmethod
from typing import Any, ClassVar, Self

from pydantic import GetJsonSchemaHandler, PrivateAttr, ValidationInfo, field_validator, model_validator
from pydantic_core import CoreSchema

from defectsim.core.code import Code, named
from defectsim.core.errors import RuleError
from defectsim.core.parameters import Parameters
from defectsim.core.section import Number, Section, refuse


class Named(Section):
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
        return cls._declared(info.data[cls.key], info).filled(given) if cls.key in info.data else given

    @model_validator(mode="after")
    def _keep_code(self, info: ValidationInfo) -> Self:
        self._code = named(getattr(self, self.key), info)
        return self

    @classmethod
    def _declared(cls, name: str, info: ValidationInfo) -> Parameters:
        try:
            return cls.declared(named(name, info))
        except RuleError as error:
            raise refuse(str(error)) from error

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        whole = handler.resolve_ref_schema(handler(schema))
        return {"anyOf": [whole["properties"][cls.key], whole]}
