"""Whether a literal fits a type."""

from __future__ import annotations

from graphql import (
    EnumValueNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    ValueNode,
    VariableNode,
    value_from_ast_untyped,
)

from syncd.sandbox.scalars import read


def misfit(type_: GraphQLInputType, value: ValueNode) -> str | None:
    """None when the literal fits; else what its scalar says of it, which may be nothing.

    Objects fit any input object: what they hold is looked at elsewhere.
    """
    match type_, value:
        case GraphQLNonNull(), NullValueNode():
            return ""
        case GraphQLNonNull(), _:
            return misfit(type_.of_type, value)
        case (_, NullValueNode()) | (_, VariableNode()):
            return None
        case GraphQLList(), ListValueNode():
            found = (misfit(type_.of_type, one) for one in value.values)
            return next((one for one in found if one is not None), None)
        case GraphQLList(), _:
            return misfit(type_.of_type, value)
        case GraphQLInputObjectType(), _:
            return None if isinstance(value, ObjectValueNode) else ""
        case GraphQLEnumType(), _:
            is_one = isinstance(value, EnumValueNode) and value.value in type_.values
            return None if is_one else ""
        case GraphQLScalarType(), _:
            return _scalar_misfit(type_.name, value)
    return None


def _scalar_misfit(scalar: str, value: ValueNode) -> str | None:
    if isinstance(value, EnumValueNode):
        return ""
    try:
        return "" if read(scalar, value_from_ast_untyped(value)) is None else None
    except GraphQLError as error:
        return error.message
