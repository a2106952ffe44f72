"""Lines of a bulk query joined to families, in whatever order they come."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import ShopifyError
from syncd.shopify.families import Family, Orphan, Split, families, split

Node = dict[str, Any]


def gid(type_: str, number: int) -> str:
    return f"gid://shopify/{type_}/{number}"


def product(number: int, **more: Any) -> Node:
    return {"id": gid("Product", number), "title": f"Ski {number}", **more}


def variant(number: int, parent: int) -> Node:
    return {
        "id": gid("ProductVariant", number),
        "inventoryItem": {"id": gid("InventoryItem", number)},
        "__parentId": gid("Product", parent),
    }


def picture(number: int, parent: str) -> Node:
    return {"id": gid("MediaImage", number), "__parentId": parent}


def written(nodes: Sequence[Node], *, is_escaped: bool = True) -> bytes:
    content = b"".join(orjson.dumps(node) + b"\n" for node in nodes)
    return content.replace(b"/", b"\\/") if is_escaped else content


def joined(content: bytes, parts: int | None = None) -> tuple[Split, list[Family | Orphan]]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "result.jsonl"
        path.write_bytes(content)
        found = split(path, Path(folder), parts)
        assert not list(Path(folder).glob("part-waiting-*"))
        return found, list(families(Path(folder)))


def plain(one: Family | Orphan) -> Any:
    """As values that can be compared, whatever the order of the children."""
    if isinstance(one, Orphan):
        return {"orphan of": one.parent, **plain(one.family)}
    children = sorted(map(plain, one.children), key=repr)
    return {**one.node, "children": children}


def sorted_out(found: Sequence[Family | Orphan]) -> list[Any]:
    return sorted(map(plain, found), key=repr)


SKI = [
    product(1, title='a "__parentId":"gid://shopify/Product/2" and {"id":"x'),
    variant(11, 1),
    variant(12, 1),
    picture(5, gid("Product", 1)),
    picture(5, gid("ProductVariant", 11)),
    product(2),
    variant(21, 2),
    picture(6, gid("ProductVariant", 21)),
]


def test_children_stand_below_their_parents_in_the_order_of_their_lines() -> None:
    found, (ski, staff) = joined(written(SKI), parts=1)
    assert found == Split(lines=8, roots=2, is_cut=False)
    assert isinstance(ski, Family) and isinstance(staff, Family)
    assert ski.node == SKI[0]
    assert [child.node["id"].split("/")[-1] for child in ski.children] == ["11", "12", "5"]
    assert ski.children[0].children == [Family({"id": gid("MediaImage", 5)}, [])]
    assert [child.children[0].node["id"] for child in staff.children] == [gid("MediaImage", 6)]


SHOPS = st.lists(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=4), max_size=6)


def shop(shape: Sequence[Sequence[tuple[int, int]]]) -> list[Node]:
    """Products with variants; of each how many pictures it shows, how many the product has more."""
    nodes: list[Node] = []
    for number, variants in enumerate(shape):
        nodes.append(product(number))
        for place, (own, more) in enumerate(variants):
            nodes.append(variant(number * 10 + place, number))
            shown = gid("ProductVariant", number * 10 + place)
            nodes += [picture(number * 10 + at, shown) for at in range(own)]
            nodes += [picture(place * 10 + at, gid("Product", number)) for at in range(more)]
    return nodes


@given(SHOPS, st.randoms(), st.integers(1, 5), st.booleans())
def test_any_order_of_the_lines_gives_the_same_families(
    shape: list[list[tuple[int, int]]], random: Any, parts: int, is_escaped: bool
) -> None:
    nodes = shop(shape)
    expected = sorted_out(joined(written(nodes), 1)[1])
    assert len(expected) == len(shape)
    random.shuffle(nodes)
    found, again = joined(written(nodes, is_escaped=is_escaped), parts)
    assert found == Split(len(nodes), len(shape), is_cut=False)
    assert sorted_out(again) == expected


@given(SHOPS, st.randoms(), st.integers(1, 5), st.data())
def test_no_line_is_lost_with_its_parent(
    shape: list[list[tuple[int, int]]], random: Any, parts: int, data: st.DataObject
) -> None:
    nodes = shop(shape)
    random.shuffle(nodes)
    kept = [node for node in nodes if data.draw(st.booleans())]
    _, found = joined(written(kept), parts)

    def members(family: Family) -> int:
        return 1 + sum(map(members, family.children))

    families_ = [one.family if isinstance(one, Orphan) else one for one in found]
    assert sum(map(members, families_)) == len(kept)
    ids = {node["id"] for node in kept}
    parentless = [node for node in kept if node.get("__parentId", node["id"]) not in ids]
    assert sum(isinstance(one, Orphan) for one in found) == len(parentless)


def test_an_orphan_is_told_with_what_it_has() -> None:
    _, found = joined(written([picture(6, gid("ProductVariant", 21)), variant(21, 2)]), 3)
    shown = Family({"id": gid("MediaImage", 6)}, [])
    inside = {key: value for key, value in variant(21, 2).items() if key != "__parentId"}
    assert found == [Orphan(Family(inside, [shown]), gid("Product", 2))]


@pytest.mark.parametrize("size", range(1, 200, 7))
def test_a_cut_last_line_is_told_of(size: int) -> None:
    whole = written(SKI[:1])
    content = whole + written(SKI[1:4])[:size]
    found, _ = joined(content, 2)
    assert found.lines == content.count(b"\n") + (content.endswith(b"}") and not found.is_cut)
    assert found.is_cut == (not content.endswith((b"}\n", b'"}')))


def test_a_last_line_may_lack_its_end() -> None:
    found, again = joined(written(SKI).rstrip(b"\n"), 3)
    assert found == Split(8, 2, is_cut=False) and len(again) == 2


def test_other_ways_to_write_the_same_are_read() -> None:
    """Spaces, the id in another place, blank lines."""
    lines = [
        b'{"__parentId": "gid:\\/\\/shopify\\/Product\\/1", "id": "gid:\\/\\/shopify\\/X\\/2"}',
        b"",
        b'{"title":"Ski","id":"gid:\\/\\/shopify\\/Product\\/1"}',
        b"  ",
    ]
    found, again = joined(b"\n".join(lines), 5)
    assert found == Split(2, 1, is_cut=False)
    assert plain(again[0])["children"] == [{"id": gid("X", 2), "children": []}]


def test_a_product_that_came_twice_is_one() -> None:
    _, found = joined(written([*SKI, SKI[0]]), 2)
    assert len(found) == 2


def test_a_damaged_line_is_not_passed_over() -> None:
    with pytest.raises(ShopifyError, match="fetch the result again"):
        joined(b'{"id":"gid:\\/\\/shopify\\/Product\\/1","title":}\n', 1)


def test_what_an_earlier_split_left_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "result.jsonl"
    for nodes, parts in ((SKI, 7), (SKI[5:], 2)):
        path.write_bytes(written(nodes))
        split(path, tmp_path, parts)
    assert len(list(families(tmp_path))) == 1


def test_nothing_at_all_is_no_family() -> None:
    assert joined(b"") == (Split(0, 0, is_cut=False), [])


PEAK = """
import random, resource, sys
from pathlib import Path
from syncd.shopify.families import Family, families, split

path, folder = map(Path, sys.argv[1:])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = split(path, folder)
members = 0
for one in families(folder):
    assert isinstance(one, Family)
    members += 1 + len(one.children) + sum(len(child.children) for child in one.children)
assert members == found.lines, (members, found)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_memory_stays_small_whatever_the_size(tmp_path: Path) -> None:
    """20,000 products, 100,000 variants that show a picture, 40,000 pictures; some 60 MB."""
    text = "<p>Varm og god.</p>" * 40
    path = tmp_path / "result.jsonl"
    with path.open("wb") as file:
        variants = [number * 7919 % 100_000 for number in range(100_000)]  # in no order
        file.write(
            written([picture(one, gid("ProductVariant", one)) for one in variants])
            + written([variant(one, one // 5) for one in variants])
            + written([picture(one, gid("Product", one // 2)) for one in range(40_000)])
            + written([product(one, descriptionHtml=text) for one in range(20_000)])
        )
    folder = tmp_path / "parts"
    folder.mkdir()
    command = [sys.executable, "-c", PEAK, str(path), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 40_000, f"{done.stdout} kB more than before"
