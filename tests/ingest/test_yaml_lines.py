"""The YAML layer against PyYAML's own loaders, and what it refuses."""

from __future__ import annotations

import time
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.core.errors import RecordError
from equipoise.ingest.yaml_lines import Entries, Node, Scalar, Sequence, parse_yaml

# PyYAML itself does not give back the rarer line breaks that it writes.
words = st.text(st.characters(codec="utf-8", exclude_characters="\x85\u2028\u2029"), max_size=12)
documents = st.recursive(
    words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)


def plain(node: Node | None) -> Any:
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    assert isinstance(node, Entries)
    return {key: plain(value) for key, value in node.values.items()}


@given(documents, st.booleans())
@settings(deadline=None)
def test_same_tree_as_the_text_loader_of_pyyaml(document: object, flow: bool) -> None:
    # Aliases are what safe_dump writes for a repeated object; equal texts are not repeated here.
    text = yaml.safe_dump(document, allow_unicode=True, default_flow_style=flow)
    read = parse_yaml(text.encode(), where="x")
    assert plain(read) == yaml.load(text, Loader=yaml.BaseLoader) == document


@pytest.mark.parametrize(
    "word", ["no", "yes", "on", "2024", "2024-03", "1e3", "0x1F", "1_000", "~"]
)
def test_scalars_stay_text(word: str) -> None:
    assert plain(parse_yaml(f"a: {word}\n".encode(), where="x")) == {"a": word}


def test_lines_are_those_of_the_file() -> None:
    text = (
        "\n# note\na:\n  - b: 1\n    c: |\n      long\n      text\n  - d: {e: 2,\n        f: 3}\n"
    )
    node = parse_yaml(text.encode(), where="x")
    assert isinstance(node, Entries)
    items = node.values["a"]
    assert isinstance(items, Sequence)
    first, second = items.items
    assert isinstance(first, Entries)
    assert isinstance(second, Entries)
    inner = second.values["d"]
    assert isinstance(inner, Entries)
    assert node.lines == {"a": 3}
    assert first.lines == {"b": 4, "c": 5}
    assert (second.lines, inner.lines) == ({"d": 8}, {"e": 8, "f": 9})


def test_an_empty_file_holds_nothing() -> None:
    assert parse_yaml(b"# nothing\n", where="x") is None


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    assert plain(parse_yaml("\ufeffa: é\n".encode(), where="x")) == {"a": "é"}


@pytest.mark.parametrize("loader", ["with libyaml", "without"])
@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("a: 1\nb: [1, 2\nc: 3\n", 3, "this is not YAML"),
        ("a: 1\nb:\n\tc: 2\n", 3, "no tabs"),
        ("a: 1\ng: *1/*2\n", 2, 'values such as "*1/*2"'),
        ("a: 1\nb: {u: m[IU]/L}\n", 2, '"m[IU]/L" need quotes'),
        ("a: 1\nb: 2\na: 3\n", 3, "the field a stands twice; got first on line 1"),
        ("x: 1\na: {b: 1, b: 1}\n", 2, "the field b stands twice"),
        ("a: &x [1]\n", 1, "anchors and aliases"),
        ("a: *x\n", 1, "anchors and aliases"),
        ("a: !!python/object/apply:os.system [ls]\n", 1, "tags (!) are not allowed"),
        ("a: 1\n---\nb: 1\n", 2, "a second document begins here"),
        ("? [a, b]\n: 1\n", 1, "a key must be plain text"),
        ("a: 1\nb: \x07\n", 2, "a character that a record cannot hold"),
    ],
)
def test_refused_with_its_line(
    text: str, line: int, part: str, loader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if loader == "without":
        monkeypatch.delattr(yaml, "CBaseLoader", raising=False)
    with pytest.raises(RecordError) as caught:
        parse_yaml(text.encode(), where="r.yaml")
    message = str(caught.value)
    assert message.startswith(f"r.yaml line {line}: ")
    assert part in message
    assert "\n" not in message


def test_bytes_that_are_not_utf8_are_named() -> None:
    with pytest.raises(RecordError, match=r"^r\.yaml line 2: .*got byte 0xe9.*UTF-8"):
        parse_yaml("a: 1\nb: é\n".encode("latin-1"), where="r.yaml")


def test_a_bomb_of_aliases_is_refused_at_once() -> None:
    # The "billion laughs": nine levels of ten references each would be 10^9 words.
    rows = ['a0: &a0 ["lol"]'] + [
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)
    ]
    began = time.perf_counter()
    with pytest.raises(RecordError, match="anchors and aliases"):
        parse_yaml("\n".join(rows).encode(), where="x")
    # Any expansion would take minutes; one second leaves room for a busy machine.
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000])
def test_endless_nesting_is_refused(text: str) -> None:
    with pytest.raises(RecordError, match="nested too deeply"):
        parse_yaml(text.encode(), where="x")
