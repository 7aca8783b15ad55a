"""Merging people together with their cards: one card stays, the other's number still scans."""

from dataclasses import dataclass, replace

from core.cards.model import NumberKind
from core.cards.ports import CardWork
from core.customers.merging import MergePreview, merge_people, preview_people, unmerge_people
from core.customers.model import Merge
from core.shared.values import CardId, CustomerId


@dataclass(frozen=True, slots=True)
class CardsPreview:
    """What a merge would do: to the people, and which number stays and which becomes an alias."""

    people: MergePreview
    stays: str
    becomes_alias: str


def preview_merge(work: CardWork, *, survivor: CustomerId, absorbed: CustomerId) -> CardsPreview:
    """What would be true after the merge; nothing changes. Raises as `preview_people`."""
    people = preview_people(work, survivor=survivor, absorbed=absorbed)
    kept, other = work.cards.of(people.survivor.id), work.cards.of(people.absorbed.id)
    stays, alias = (kept, other) if kept is not None else (other, None)
    return CardsPreview(people, stays.number if stays else "", alias.number if alias else "")


def merge(work: CardWork, *, survivor: CustomerId, absorbed: CustomerId, actor: str) -> Merge:
    """One customer with one card is left; the other number is an alias that still scans. Raises as `preview_people`."""
    people = preview_people(work, survivor=survivor, absorbed=absorbed)
    keep, gone = people.survivor.id, people.absorbed.id
    kept, other = work.cards.of(keep), work.cards.of(gone)
    record = merge_people(work, survivor=keep, absorbed=gone, actor=actor, card=other.id if other else "")
    if other is None:
        return record
    work.spoken.drop(other.id)
    if kept is None:
        work.cards.save(replace(other, customer=keep))
    else:
        work.cards.give_number(other.number, kept.id, NumberKind.ALIAS)
    return record


def unmerge(work: CardWork, *, merge: str, actor: str) -> Merge:
    """Both customers live again, each with the card and number that were theirs. Raises as `unmerge_people`."""
    record = unmerge_people(work, merge=merge, actor=actor)
    card = work.cards.get(CardId(record.card)) if record.card else None
    if card is not None:
        work.cards.save(replace(card, customer=record.absorbed))
        work.cards.give_number(card.number, card.id, NumberKind.CURRENT)
    return record
