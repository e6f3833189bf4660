"""Tables declared once, as annotations of the class whose attributes they describe."""

from typing import Any, get_type_hints


def declared[T](cls: type, kind: type[T], names: dict[str, Any] | None = None) -> dict[str, T]:
    """Collect the metadata of type `kind` from the annotated attributes of `cls`, in their order.

    An attribute without such metadata is left out. Annotations that are texts are understood by `names`, where the
    module of the class is not one that can be imported.
    """
    hints = get_type_hints(cls, names, include_extras=True)
    found = {
        name: [m for m in getattr(hint, "__metadata__", ()) if isinstance(m, kind)] for name, hint in hints.items()
    }
    return {name: metadata[0] for name, metadata in found.items() if metadata}
