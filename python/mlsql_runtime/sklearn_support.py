"""What the scikit-learn helpers of ``mlsql`` and the built-in trainers share."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def column_names(fit_param: Mapping[str, str]) -> tuple[str, str]:
    """The columns of features and label: fitParam inputCol (or featureCol) and label (or labelCol)."""
    features = fit_param.get("inputCol") or fit_param.get("featureCol") or "features"
    label = fit_param.get("label") or fit_param.get("labelCol") or "label"
    return features, label


def as_array(value: Any) -> Any:
    """A vector's numbers as numpy array; anything else (a list of numbers, a number) stays as it is."""
    return value.toArray() if hasattr(value, "toArray") else value


def configure(estimator: Any, fit_param: Mapping[str, str]) -> None:
    """Sets each parameter that the estimator has and fitParam names, cast to the type of its default.

    Raises ValueError, naming the parameter, for a value that cannot be cast.
    """
    for name, default in estimator.get_params().items():
        if name in fit_param:
            try:
                value = cast_like(default, fit_param[name])
            except ValueError as error:
                raise ValueError(f"fitParam {name}={fit_param[name]!r}: {error}") from None
            estimator.set_params(**{name: value})


def cast_like(default: Any, text: str) -> Any:
    """A parameter's text as a value of its default's type. Raises ValueError.

    Where the default tells nothing (None, a text such as "auto"), the text is what it looks like: number, boolean,
    JSON, else text.
    """
    stripped = text.strip()
    if isinstance(default, bool):
        if stripped.lower() not in ("true", "false", "1", "0"):
            raise ValueError("expected true or false")
        return stripped.lower() in ("true", "1")
    if isinstance(default, (int, float)):
        if stripped.lower() in ("none", "null"):
            return None
        number = _number(stripped)
        if number is not None:
            return float(number) if isinstance(default, float) else number
        # Such as max_features="sqrt" where the default is a number.
        return stripped if stripped.isidentifier() else _fail("expected a number")
    return _plain(stripped)


def _plain(text: str) -> Any:
    constants = {"none": None, "null": None, "true": True, "false": False}
    if text.lower() in constants:
        return constants[text.lower()]
    number = _number(text)
    if number is not None:
        return number
    if text[:1] in ("[", "{"):
        import json

        value = json.loads(text)
        # class_weight: JSON has no other than text keys.
        return {_key(key): item for key, item in value.items()} if isinstance(value, dict) else value
    return text


def _key(key: str) -> Any:
    number = _number(key)
    return key if number is None else number


def _number(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return None


def _fail(message: str) -> Any:
    raise ValueError(message)
