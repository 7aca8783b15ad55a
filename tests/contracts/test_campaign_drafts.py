"""Drafts of campaigns on both databases: edited by one at a time, approved whole, opened again, thrown away."""

from typing import Any

import pytest

from core.campaigns.actions import approve, discard, draft, edit, reopen
from core.campaigns.model import Campaign, Move, State, moved
from core.campaigns.reading import plan_from
from core.offers.reading import offer_from
from core.segments.ready import READY
from core.shared.refusals import Conflict, Invalid, Refusal, Unknown
from tests.support.world import World

SAYS = {"A": {"text": {"uk": "Вітаємо, {name|друже}!"}}}


def made(world: World, **plan: Any) -> Campaign:
    given = plan_from({"name": "Кава", "contents": SAYS, **plan})
    found: Campaign = world.do(lambda work: draft(work, plan=given, actor="anna"))
    return found


def kept(world: World, campaign: str) -> Campaign:
    found: Campaign | None = world.do(lambda work: work.campaigns.get(campaign))
    assert found is not None
    return found


def test_what_is_saved_is_what_is_read(world: World) -> None:
    one = made(world, budget=500, schedule={"every": "once", "at": "2026-12-01T10:00:00+02:00"})
    assert world.do(lambda work: work.campaigns.get(one.id)) == one
    assert (one.state, one.version, len(one.salt) >= 20) == (State.DRAFT, 1, True)


def test_of_two_editors_the_slower_one_is_told_and_the_faster_one_s_stands(world: World) -> None:
    one = made(world)
    first, second = plan_from({"name": "Чай"}), plan_from({"name": "Сік"})
    world.do(lambda work: edit(work, campaign=one.id, version=1, plan=first, actor="anna"))
    with pytest.raises(Conflict) as refused:
        world.do(lambda work: edit(work, campaign=one.id, version=1, plan=second, actor="borys"))
    assert (refused.value.code, refused.value.data["who"]) == ("edited-meanwhile", "anna")
    found = kept(world, one.id)
    assert (found.plan.name, found.version, found.salt) == ("Чай", 2, one.salt)
    with pytest.raises(Conflict, match="edited-meanwhile"):
        world.do(lambda work: approve(work, campaign=one.id, version=1, actor="borys"))


def test_an_approved_campaign_keeps_its_segment_as_it_was_and_is_edited_only_when_opened_again(world: World) -> None:
    one = made(world, segment="ready:lifecycle-lapsing")
    done = world.do(lambda work: approve(work, campaign=one.id, version=1, actor="olha"))
    assert (done.state, done.approved_by, done.audience) == (State.APPROVED, "olha", READY["lifecycle-lapsing"])
    assert world.do(lambda work: work.campaigns.get(one.id)) == done
    with pytest.raises(Conflict, match="campaign-state"):
        world.do(lambda work: edit(work, campaign=one.id, version=1, plan=one.plan, actor="anna"))
    with pytest.raises(Conflict, match="campaign-state"):
        world.do(lambda work: discard(work, campaign=one.id))
    opened = world.do(lambda work: reopen(work, campaign=one.id, actor="anna"))
    assert (opened.state, opened.version, opened.audience, opened.approved_by) == (State.DRAFT, 2, None, "")
    world.do(lambda work: discard(work, campaign=one.id))
    with pytest.raises(Unknown):
        world.do(lambda work: discard(work, campaign=one.id))


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        ({"contents": {}}, "contents.A"),
        ({"contents": {"A": {"text": {"en": "Hello"}}}}, "contents.A.text.uk"),
        ({"contents": {"A": {"text": {"uk": "  "}}}}, "contents.A.text.uk"),
        ({"contents": {"A": {"text": {"uk": "Код {voucher}"}}}}, "contents.A.text.uk"),
        ({"contents": {"A": {"text": {"uk": "x"}, "links": [{"leads": "card"}]}}}, "contents.A.links.0.label.uk"),
        ({"segment": "ready:nobody"}, "segment"), ({"segment": "gone"}, "segment"),
        ({"voucher_offer": "nothing"}, "voucher_offer"), ({"voucher_offer": "public"}, "voucher_offer"),
        ({"voucher_offer": "over"}, "voucher_offer"),
        ({"kind": "service", "contents": {"A": {"text": {"uk": "x"}, "links": [
            {"label": {"uk": "y"}, "leads": "offers"}]}}}, "contents.A.links.0.leads"),
    ],
)  # fmt: skip
def test_what_is_not_whole_is_not_approved(world: World, plan: dict[str, Any], field: str) -> None:
    gain = {"kind": "amount_off", "amount": 500}
    for body in ({"id": "public", "audience": "public", "benefit": gain},
                 {"id": "over", "audience": "voucher", "benefit": gain, "until": "2020-01-01"}):  # fmt: skip
        world.do(lambda work, body=body: work.offers.put(offer_from(body), body))
    one = made(world, **plan)
    with pytest.raises(Invalid) as refused:
        world.do(lambda work: approve(work, campaign=one.id, version=1, actor="olha"))
    assert refused.value.field == field
    assert kept(world, one.id).state is State.DRAFT


def test_only_the_moves_of_the_table_are_made() -> None:
    made_moves = set()
    for state in State:
        for move in Move:
            try:
                made_moves.add((state.value, move.value, moved(state, move).value))
            except Refusal:
                continue
    assert made_moves == {
        ("draft", "approve", "approved"), ("approved", "reopen", "draft"), ("approved", "start", "running"),
        ("approved", "stop", "stopped"), ("running", "pause", "paused"), ("running", "finish", "finished"),
        ("running", "stop", "stopped"), ("paused", "resume", "running"), ("paused", "stop", "stopped"),
    }  # fmt: skip
