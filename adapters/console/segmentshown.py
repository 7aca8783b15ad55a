"""The segment editor as its template needs it: rows with their pickers, the outcome with its figures."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from adapters.console.segmentform import GIVEN, Box, Part, Row, leaf_of, op_of, shape_of, wrong_rows
from adapters.console.segmentwords import (
    FIELD_WORDS,
    GROUP_WORDS,
    OP_WORDS,
    VALUE_WORDS,
    Wording,
)
from adapters.console.telling import CHANNELS
from core.segments.fields import FIELDS, OPS, Contact, Dimension, Group, Kind, Op
from core.segments.views import Choices, Freshness, Reach, Why

PICK_BOUGHT: Mapping[Dimension, str] = {
    Dimension.CATEGORY: "segments.pick-category", Dimension.BRAND: "segments.pick-brand",
    Dimension.SKU: "segments.pick-sku", Dimension.ANYTHING: "segments.pick-anything",
    Dimension.STORE: "segments.pick-store", Dimension.GROUP: "segments.pick-group",
    Dimension.WEEKDAY: "segments.pick-weekday",
}  # fmt: skip
PICK_CONTACT: Mapping[Contact, str] = {
    Contact.SENT: "segments.pick-sent", Contact.SEEN: "segments.pick-seen", Contact.TAPPED: "segments.pick-tapped",
    Contact.CONTROL: "segments.pick-control",
}  # fmt: skip


class Shown:
    """Everything of the editor in one language."""

    def __init__(self, wording: Wording, choices: Choices, zone: ZoneInfo) -> None:
        self._wording, self._choices, self._zone = wording, choices.lists, zone

    def editor(self, box: Box) -> dict[str, Any]:
        """The box as the template shows it, and what its hidden field says."""
        wrong = wrong_rows(box)
        lists: dict[str, Sequence[tuple[str, str]]] = {}
        return {
            "root": self._part(box, "t", wrong, lists),
            "shape": shape_of(box),
            "picks": self._picks(),
            "lists": lists,
            "campaigns": self._choices.get("campaign", ()),
            "whole": not wrong,
        }

    def outcome(self, reach: Reach) -> dict[str, Any]:
        """Figures, None where they are hidden, with how old they are."""
        say = self._wording.say
        named = {name: say(CHANNELS[name]) if name in CHANNELS else name for name in reach.channels}
        channels = [(say("segments.by-channel", channel=named[name]), count) for name, count in reach.channels.items()]
        figures = [reach.total, reach.consented, reach.reachable, *reach.channels.values()]
        return {"reach": reach, "channels": channels, "hidden": None in figures, "fresh": self.fresh(reach.asked)}

    def fresh(self, asked: Freshness | None) -> list[str]:
        """As of when: people, purchases, habits."""
        if asked is None:
            return []
        say, zone = self._wording.say, self._zone
        lake, table = asked.bought_until, asked.table_day
        return [
            say("segments.as-of-now", at=asked.at.astimezone(zone)),
            say("segments.as-of-lake", at=lake.astimezone(zone)) if lake else say("segments.as-of-lake-none"),
            say("segments.as-of-table", day=table) if table else say("segments.as-of-table-none"),
        ]

    def why(self, why: Why) -> dict[str, Any]:
        """Each test with whether it is true and what the person has."""
        say, name = self._wording.say, why.name or self._wording.say("segments.no-name")
        if not why.living:
            return {"verdict": say("segments.why-gone"), "reasons": [], "inside": False, "fresh": self.fresh(why.asked)}
        reasons = [
            (self._wording.leaf(one.leaf), one.holds, self._wording.has(one.leaf, one.value)) for one in why.reasons
        ]
        verdict = say("segments.why-in", name=name) if why.inside else say("segments.why-out", name=name)
        return {"verdict": verdict, "reasons": reasons, "inside": why.inside, "fresh": self.fresh(why.asked)}

    def _part(self, part: Part, at: str, wrong: Mapping[str, str], lists: dict[str, Any]) -> dict[str, Any]:
        if isinstance(part, Box):
            of = [self._part(one, f"{at}.{place}", wrong, lists) for place, one in enumerate(part.of)]
            return {"at": at, "box": True, "some": part.some, "turned": part.turned, "of": of,
                    "deep": at.count(".") < 2}  # fmt: skip
        return {**self._row(part, lists), "at": at, "box": False, "turned": part.turned, "wrong": at in wrong}

    def _row(self, row: Row, lists: dict[str, Any]) -> dict[str, Any]:
        kind, _, name = row.what.partition(":")
        leaf = leaf_of(row)
        given = {one: row.given.get(one, "") for one in GIVEN}
        shown: dict[str, Any] = {
            "what": row.what, "kind": kind, "given": given, "among": row.among, "ops": [], "op": "",
            "boxes": (), "list": "", "unit": "", "suffix": "",
            "said": self._wording.leaf(leaf) if leaf is not None else "",
        }  # fmt: skip
        match kind:
            case "field" if name in FIELDS:
                field, op = FIELDS[name], op_of(row)
                if len(OPS[field.kind]) > 1:
                    shown["ops"] = [(one.value, self._wording.say(OP_WORDS[one])) for one in OPS[field.kind]]
                shown["op"] = op.value
                if op is Op.ONE_OF:
                    self._values(shown, name, [(one, self._wording.value(name, one)) if name in VALUE_WORDS else
                                               (one, one) for one in field.options], lists)  # fmt: skip
                elif op not in (Op.YES, Op.KNOWN):
                    shown["unit"] = "decimal" if field.kind is Kind.MONEY else "numeric"
                    shown["suffix"] = {Kind.PERCENT: ", %", Kind.MONEY: f", {self._wording.currency}"}.get(
                        field.kind, ""
                    )
            case "answer":
                self._values(shown, f"answer.{name}", self._choices.get(f"answer.{name}", ()), lists)
            case "bought":
                days = [(one, self._wording.say(word)) for one, word in VALUE_WORDS["weekday"].items()]
                if name != Dimension.ANYTHING:
                    self._values(shown, name, days if name == Dimension.WEEKDAY else (), lists)
            case _:
                pass
        return shown

    def _values(
        self, shown: dict[str, Any], name: str, options: Sequence[tuple[str, str]], lists: dict[str, Any]
    ) -> None:
        """Boxes to tick where there are a few; else fields that a list helps with, and an empty one."""
        known = self._choices.get(name, ())
        if options or name == "club":
            shown["boxes"] = options or known
        else:
            shown["list"] = f"list-{name.replace('.', '-')}"
            lists[shown["list"]] = known

    def _picks(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """What a test can look at, by headings; purchases first, since most segments begin there."""
        say = self._wording.say
        bought = [(f"bought:{one.value}", say(word)) for one, word in PICK_BOUGHT.items()]
        answers = [(f"answer:{key}", name) for key, name in self._choices.get("answer", ())]
        contacts = [(f"contact:{one.value}", say(word)) for one, word in PICK_CONTACT.items()]
        fields = {
            group: [(f"field:{one.key}", say(FIELD_WORDS[one.key])) for one in FIELDS.values() if one.group is group]
            for group in Group
        }
        return [
            (say("segments.group-bought"), bought),
            *((say(GROUP_WORDS[group]), some) for group, some in fields.items()),
            *([(say("segments.group-answers"), answers)] if answers else []),
            (say("segments.group-campaigns"), contacts),
        ]
