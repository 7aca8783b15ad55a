"""Segments are made, edited, copied and put away on both databases, and nothing of anybody's work is lost."""

from typing import Any

import pytest
from sqlalchemy import insert, text, update

from adapters.db.campaigntables import campaigns, segments
from adapters.db.tables import products, stores
from core.segments import actions
from core.segments.model import EVERYBODY, Node, Segment
from core.segments.reading import segment_from
from core.segments.ready import READY
from core.shared.refusals import Conflict, Invalid, Refusal, Unknown
from tests.support.world import NOON, World

OLENA, TARAS = "olena", "taras"
COFFEE = segment_from({"bought": {"category": ["coffee"]}, "days": 90, "times": {"at_least": 2}})


def _make(world: World, name: str, tree: Node = EVERYBODY) -> Segment:
    return world.do(lambda work: actions.make(work, name=name, tree=tree, actor=OLENA))


def _refused(world: World, job: Any) -> Refusal:
    with pytest.raises(Refusal) as refused:
        world.do(job)
    return refused.value


def _goods(world: World) -> None:
    with world.owner.begin() as connection:
        connection.execute(
            insert(products), {"sku": "p1", "name": "x", "category": "coffee", "brand": "acme", "price": 1}
        )
        connection.execute(insert(stores), {"id": "s1", "name": "x", "store_group": "north"})


def test_two_people_edit_one_segment_and_the_second_loses_nothing(world: World) -> None:
    _goods(world)
    made = _make(world, "  Coffee   people ", COFFEE)
    assert (made.name, made.version, made.tree) == ("Coffee people", 1, COFFEE)
    theirs = world.do(lambda work: actions.edit(work, segment=made.id, version=1, name="Coffee", actor=TARAS))
    refusal = _refused(world, lambda work: actions.edit(work, segment=made.id, version=1, tree=EVERYBODY, actor=OLENA))
    assert (refusal.code, refusal.data["who"]) == ("edited-meanwhile", "taras")
    assert world.do(lambda work: work.segments.get(made.id)) == theirs
    again = world.do(lambda work: actions.edit(work, segment=made.id, version=2, tree=EVERYBODY, actor=OLENA))
    assert (again.version, again.name, again.tree, again.changed_by) == (3, "Coffee", EVERYBODY, "olena")
    same = world.do(lambda work: actions.edit(work, segment=made.id, version=3, name="Coffee", actor=TARAS))
    assert same == again, "what changes nothing makes no version"


def test_a_name_is_one_segments_alone_and_fit_to_be_shown(world: World) -> None:
    made = _make(world, "Кава")
    assert _refused(world, lambda work: actions.make(work, name="КАВА", tree=EVERYBODY, actor=OLENA)).code == (
        "segment-name-taken"
    )
    for bad in ("", "  ", "x" * 81, "a\u0000b", "a\u202eb"):
        refusal = _refused(world, lambda work, bad=bad: actions.make(work, name=bad, tree=EVERYBODY, actor=OLENA))
        assert isinstance(refusal, Invalid)
        assert refusal.field == "name"
    hostile = "'); drop table segments; -- <script>alert(1)</script> {n} %s"
    kept = _make(world, hostile)
    assert world.do(lambda work: work.segments.get(kept.id)) == kept
    world.do(lambda work: actions.put_away(work, segment=made.id, actor=OLENA))
    other = _make(world, "кава")
    refusal = _refused(world, lambda work: actions.bring_back(work, segment=made.id, actor=OLENA))
    assert refusal.code == "segment-name-taken"
    world.do(lambda work: actions.edit(work, segment=other.id, version=1, name="Чай", actor=OLENA))
    back = world.do(lambda work: actions.bring_back(work, segment=made.id, actor=OLENA))
    assert (back.archived, back.version) == (False, 3)


def test_one_that_a_campaign_needs_is_not_put_away(world: World) -> None:
    made = _make(world, "Coffee")
    row = {"version": 1, "kind": "promotion", "salt": "", "created_by": "x", "created_at": NOON, "changed_by": "x",
           "changed_at": NOON}  # fmt: skip
    states = {"draft": "A", "approved": "B", "running": "C", "paused": "D", "finished": "E", "stopped": "F"}
    with world.owner.begin() as connection:
        connection.execute(
            insert(campaigns),
            [{**row, "id": state, "state": state, "name": name, "plan": {"segment": made.id}}
             for state, name in states.items()]
            + [{**row, "id": "other", "state": "draft", "name": "Z", "plan": {"segment": "ready:active"}}],
        )  # fmt: skip
    refusal = _refused(world, lambda work: actions.put_away(work, segment=made.id, actor=OLENA))
    assert (refusal.code, refusal.data["campaigns"]) == ("segment-in-use", "A, B, C, D")
    with world.owner.begin() as connection:
        connection.execute(update(campaigns).values(state="finished"))
    assert world.do(lambda work: actions.put_away(work, segment=made.id, actor=OLENA)).archived
    assert world.do(lambda work: work.kept_segments.tree(made.id)) is None
    for job in (
        lambda work: actions.usable(work, made.id),
        lambda work: actions.copy(work, segment=made.id, name="b", actor=OLENA),
        lambda work: actions.copy(work, segment="ready:nothing", name="b", actor=OLENA),
        lambda work: actions.edit(work, segment="none", version=1, name="b", actor=OLENA),
    ):
        assert isinstance(_refused(world, job), Unknown)
    edited = _refused(world, lambda work: actions.edit(work, segment=made.id, version=2, name="b", actor=OLENA))
    assert edited.code == "segment-away"


def test_a_ready_one_is_copied_to_be_edited(world: World) -> None:
    made = world.do(lambda work: actions.copy(work, segment="ready:leaving", name="Leaving", actor=OLENA))
    assert made.tree == READY["leaving"]
    assert world.do(lambda work: work.kept_segments.tree(made.id)) == READY["leaving"]
    assert world.do(lambda work: work.kept_segments.tree("ready:leaving")) == READY["leaving"]


GONE = {
    "gone-club": {"field": "club", "one_of": ["chess"]},
    "gone-question": {"answer": "shoe-size"},
    "gone-option": {"answer": "interests", "one_of": ["chess"]},
    "gone-sku": {"bought": {"sku": ["p1", "p2"]}},
    "gone-category": {"bought": {"category": ["coffee", "tea"]}},
    "gone-brand": {"bought": {"brand": ["bola"]}},
    "gone-store": {"bought": {"store": ["s2"]}},
    "gone-store-group": {"bought": {"store_group": ["south"]}},
    "gone-campaign": {"contacted": "sent", "campaign": "none"},
}


def test_a_segment_over_what_is_gone_is_refused_by_name_whenever_it_is_used(world: World) -> None:
    _goods(world)
    for code, test in GONE.items():
        tree = segment_from({"all": [{"field": "marketing", "yes": True}, {"not": test}]})
        refusal = _refused(world, lambda work, tree=tree: actions.make(work, name="x", tree=tree, actor=OLENA))
        assert isinstance(refusal, Conflict)
        assert refusal.code == code
        assert str(refusal.data["name"]) in str(test)
    fits = {"all": [{"field": "club", "one_of": ["coffee"]}, {"answer": "interests"}, {"bought": {"sku": ["p1"]}},
                    {"bought": {"store_group": ["north"]}}, {"bought": {"anything": []}}]}  # fmt: skip
    made = _make(world, "all there", segment_from(fits))
    assert world.do(lambda work: actions.usable(work, made.id)) == segment_from(fits)
    with world.owner.begin() as connection:
        connection.execute(text("delete from products"))
    refusal = _refused(world, lambda work: work.kept_segments.tree(made.id))
    assert (refusal.code, refusal.data["name"]) == ("gone-sku", "p1")
    with world.owner.begin() as connection:
        connection.execute(update(segments).values(tree={"field": "shoe_size", "at_least": 40}))
    refusal = _refused(world, lambda work: work.kept_segments.tree(made.id))
    assert (refusal.code, refusal.data["name"]) == ("gone-field", "shoe_size")
    renamed = world.do(lambda work: actions.edit(work, segment=made.id, version=1, name="old", actor=OLENA))
    assert renamed.tree is None
    repaired = world.do(lambda work: actions.edit(work, segment=made.id, version=2, tree=EVERYBODY, actor=OLENA))
    assert repaired.tree == EVERYBODY
