"""Finds where code decides by what a text says, where it should read an origin or an id."""

import ast
import re
from collections.abc import Iterator

#: What holds words for people, by its name.
_TEXT = re.compile(r"(^|_)(sources?|because|reasons?|notes?|texts)$")
#: Methods that look into a text, or that take a text apart.
_LOOKS = {
    *("startswith", "endswith", "removeprefix", "removesuffix", "replace", "find"),
    *("split", "rsplit", "partition", "rpartition"),
}


def text_decisions(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and code of each place where a text decides."""
    for node in ast.walk(tree):
        if any(_decides(node)):
            yield node.lineno, ast.unparse(node)


def _decides(node: ast.AST) -> Iterator[bool]:
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        for left, operator, right in zip(sides, node.ops, sides[1:], strict=False):
            if isinstance(operator, ast.Eq | ast.NotEq):
                yield _is_text(left) or _is_text(right)
            elif isinstance(operator, ast.In | ast.NotIn):
                # Whether a place is among the places read is no question about words.
                yield _is_text(right) and (_is_fixed(left) or not _is_many(right))
                yield _is_text(left) and _is_fixed(right)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        yield node.func.attr in _LOOKS and _is_text(node.func.value)
        library = node.func.value
        if isinstance(library, ast.Name) and library.id in {"re", "fnmatch"}:
            yield any(_is_text(argument) for argument in node.args)
    elif isinstance(node, ast.Match):
        yield _is_text(node.subject)
    elif isinstance(node, ast.Subscript):
        yield _is_text(node.slice) and _is_fixed(node.value)


def _name(node: ast.AST) -> str:
    """Return the last name of an expression: of a name, an attribute, a key."""
    if isinstance(node, ast.Subscript):
        key = node.slice
        fixed = isinstance(key, ast.Constant) and isinstance(key.value, str)
        named = _name(node.value)
        return str(key.value) if fixed and not _TEXT.search(named) else named
    return getattr(node, "id", None) or getattr(node, "attr", None) or ""


def _is_text(node: ast.AST) -> bool:
    if isinstance(node, ast.BoolOp | ast.Tuple | ast.List | ast.Set):
        return any(map(_is_text, getattr(node, "values", None) or getattr(node, "elts", [])))
    if isinstance(node, ast.NamedExpr):
        return _is_text(node.value) or _is_text(node.target)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return _is_text(node.func.value)  # of a text: x.source.lower()
    return bool(_TEXT.search(_name(node)))


def _is_many(node: ast.AST) -> bool:
    return _name(node).endswith("s")


def _is_fixed(node: ast.AST) -> bool:
    """Say whether something stands in the code: a literal, or a constant by its name."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return True
    return isinstance(node, ast.Constant | ast.JoinedStr) or (_name(node) or "a").isupper()
