"""Verbs about segments: made, edited, copied, put away and brought back."""

from dataclasses import replace

from core.segments.fitting import Asked, must_fit
from core.segments.model import Node, Segment
from core.segments.ports import SegmentWork
from core.segments.ready import READY, READY_PREFIX
from core.shared.refusals import Conflict, Invalid, Unknown

LONGEST_NAME = 80


def make(work: SegmentWork, *, name: str, tree: Node, actor: str) -> Segment:
    """One more segment.

    Raises Invalid (`name`), Conflict: `segment-name-taken`, `gone-…` for a tree that names what is not there.
    """
    made = Segment(work.new_id(), 1, _free(work, name), tree, actor, work.now, actor, work.now)
    _must_fit(work, tree)
    work.segments.add(made)
    return made


def edit(
    work: SegmentWork, *, segment: str, version: int, actor: str, name: str | None = None, tree: Node | None = None
) -> Segment:
    """The segment has this name and this tree; what is not given stays. `version` is what the editor had before them.

    Raises Unknown, Invalid (`name`), Conflict: `edited-meanwhile` (somebody else was faster; nothing is lost, theirs
    stands), `segment-away`, `segment-name-taken`, `gone-…`.
    """
    before = _found(work, segment)
    if before.archived:
        raise Conflict("segment-away", name=before.name)
    if before.version != version:
        raise Conflict("edited-meanwhile", who=before.changed_by, version=before.version)
    after = before if name is None else replace(before, name=_free(work, name, but=segment))
    if tree is not None:
        _must_fit(work, tree)
        after = replace(after, tree=tree)
    if after == before:
        return before
    after = replace(after, version=version + 1, changed_by=actor, changed_at=work.now)
    work.segments.save(after)
    return after


def put_away(work: SegmentWork, *, segment: str, actor: str) -> Segment:
    """Nobody sees it among the others, no campaign takes it; again changes nothing.

    Raises Unknown, Conflict (`segment-in-use` with the names of the campaigns that would lose it).
    """
    before = _found(work, segment)
    if before.archived:
        return before
    if used := work.segments.used_by(segment):
        raise Conflict("segment-in-use", campaigns=", ".join(used))
    after = replace(before, archived=True, version=before.version + 1, changed_by=actor, changed_at=work.now)
    work.segments.save(after)
    return after


def bring_back(work: SegmentWork, *, segment: str, actor: str) -> Segment:
    """It is among the others again; again changes nothing. Raises Unknown, Conflict (`segment-name-taken`)."""
    before = _found(work, segment)
    if not before.archived:
        return before
    after = replace(
        before, name=_free(work, before.name, but=segment), archived=False, version=before.version + 1,
        changed_by=actor, changed_at=work.now,
    )  # fmt: skip
    work.segments.save(after)
    return after


def copy(work: SegmentWork, *, segment: str, name: str, actor: str) -> Segment:
    """One more segment with the tree of this one, which may be the house's own. Raises what `usable` and `make` do."""
    return make(work, name=name, tree=usable(work, segment), actor=actor)


def usable(work: SegmentWork, segment: str) -> Node:
    """The tree of `ready:<key>` or of a kept segment, and everything that it names is there.

    Raises Unknown (`unknown-segment`), also for one that was put away; Conflict: `gone-…`.
    """
    tree = work.segments.tree(segment)
    if tree is None:
        raise Unknown("unknown-segment", name=segment)
    return tree


def ready_tree(segment: str) -> Node | None:
    """The tree of the house's own segment `ready:<key>`."""
    return READY.get(segment.removeprefix(READY_PREFIX)) if segment.startswith(READY_PREFIX) else None


def asked_of(work: SegmentWork) -> Asked:
    """What the questionnaire of now can be asked for."""
    return Asked(work.questionnaires.newest(), work.programme.club_questions)


def _must_fit(work: SegmentWork, tree: Node) -> None:
    must_fit(tree, asked_of(work), work.segments.missing)


def _found(work: SegmentWork, segment: str) -> Segment:
    found = work.segments.get(segment, lock=True)
    if found is None:
        raise Unknown("unknown-segment", name=segment)
    return found


def _free(work: SegmentWork, name: str, *, but: str = "") -> str:
    """The name in its one spelling, which no other segment has."""
    good = " ".join(name.split())
    if not 0 < len(good) <= LONGEST_NAME or not good.isprintable():
        raise Invalid("name", "segment-name", most=LONGEST_NAME)
    if work.segments.named(good) not in (None, but):
        raise Conflict("segment-name-taken", name=good)
    return good
