"""Customer features, declared once: each has a name, a unit, a sentence that defines it, and the expression of it.

    made = features(engine, engine.lines(lake), Around(products), as_of=day, zone=zone)
    table = run(engine, made, SCHEMA)

One row for each owner with a line in the lake by the day asked. Somebody whose purchases all came back has a row of
zeros and nulls. Definitions of the lifecycle are those of the domain (section 7).
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from adapters.analytics.history import History
from adapters.analytics.marts import number
from adapters.analytics.ports import Engine, Lines
from adapters.analytics.running import run
from adapters.analytics.sums import SPANS
from adapters.analytics.totals import BY, Around, totals, totals_by_day


@dataclass(frozen=True, slots=True)
class Windows:
    """The lifecycle's settings, in days but for `lapsing_gaps`, which is in own median gaps (domain section 7)."""

    new_days: int = 30
    lapsing_gaps: int = 2
    lapsing_days: int = 45
    lost_days: int = 365
    active_days: int = 365


@dataclass(frozen=True, slots=True)
class Scene:
    """What an expression is made of: one row of totals a customer, and the day and settings they are seen with."""

    row: Any
    today: Any
    """A number, or the row's own."""
    windows: Windows

    @property
    def buys(self) -> Any:
        """Whether anything is left of what they bought."""
        return self.row.receipts > 0

    @property
    def recency(self) -> Any:
        """Days since the last purchase."""
        return self.today - self.row.last_day

    def within(self, tiles: int, value: Any) -> Any:
        """In which of so many parts of all rows the value lies, 1 the lowest; of equals, earlier ids lie lower."""
        tile = ibis.ntile(tiles).over(ibis.window(order_by=[value, self.row.place])) + 1
        return tile.cast("int64")


@dataclass(frozen=True, slots=True)
class Feature:
    """A column of the customer table."""

    name: str
    unit: str
    definition: str
    type: pa.DataType
    value: Callable[[Scene], Any]
    among: bool = False
    """Whether it is a place among all buyers, which needs them in order; who bought nothing has none."""


def _share(part: Any, whole: Any) -> Any:
    """Null of nothing. The cast is no ornament: Ibis forgets it on PostgreSQL inside of another function."""
    return part.cast("float64") / whole.nullif(0)


def _total(name: str) -> Callable[[Scene], Any]:
    return lambda at: at.row[name]


def _at_most_one(share: Any) -> Any:
    """Not by `least`, which makes 1 of nothing on some engines."""
    return (share > 1).ifelse(1.0, share)


def _lifecycle(scene: Scene) -> Any:
    windows, row = scene.windows, scene.row
    silent = scene.recency
    late = (silent * 2 * row.gap_middle_count) > (windows.lapsing_gaps * 2 * row.gap_middles)
    return ibis.cases(
        (~scene.buys, "registered"),
        (silent >= windows.lost_days, "lost"),
        ((silent >= windows.lapsing_days) & (row.gap_middle_count > 0) & late, "lapsing"),
        ((scene.today - row.first_day <= windows.new_days) | (row.days == 1), "new"),
        else_="regular",
    )


def _gap_sd(row: Any) -> Any:
    many, whole = row.days - 1, row.last_day - row.first_day
    spread = many * row.gap_squares - whole * whole
    return _share(spread, many * (many - 1)).sqrt()


N, F, S, B, D = pa.int64(), pa.float64(), pa.string(), pa.bool_(), pa.date32()
MONEY = "minor units"
FEATURES: Sequence[Feature] = (
    Feature("owner", "id", "The customer's id, or `phone:` and a keyed hash for a phone that nobody has proven.", S,
            lambda at: at.row.owner),
    Feature("first_day", "day", "Business date of the first purchase.", D, lambda at: at.row.first_day),
    Feature("last_day", "day", "Business date of the latest purchase.", D, lambda at: at.row.last_day),
    Feature("recency_days", "days", "Days since the latest purchase.", N, lambda at: at.recency),
    Feature("tenure_days", "days", "Days since the first purchase.", N, lambda at: at.today - at.row.first_day),
    Feature("receipts", "receipts", "Different receipts on which something is left after returns.", N,
            lambda at: at.row.receipts),
    Feature("days", "days", "Different days with a purchase.", N, lambda at: at.buys.ifelse(at.row.days, 0)),
    Feature("money", MONEY, "Paid for what is left after returns: amounts less discounts.", N,
            lambda at: at.row.gross - at.row.discount),
    Feature("basket_mean", f"{MONEY} a receipt", "Money by receipts.", F,
            lambda at: _share(at.row.gross - at.row.discount, at.row.receipts)),
    Feature("items_per_receipt", "skus a receipt", "Different skus of a receipt, on average.", F,
            lambda at: _share(at.row["items"], at.row.receipts)),
    Feature("gap_median", "days", "Median of the days between one day of purchase and the next.", F,
            lambda at: _share(at.row.gap_middles, at.row.gap_middle_count)),
    Feature("gap_mean", "days", "Mean of the same.", F,
            lambda at: _share(at.row.last_day - at.row.first_day, at.row.days - 1)),
    Feature("gap_sd", "days", "Standard deviation of the same, of a sample, from two gaps on.", F,
            lambda at: _gap_sd(at.row)),
    *(Feature(f"receipts_{span}d", "receipts", f"Receipts of the last {span} days.", N,
              _total(f"receipts_{span}")) for span in SPANS),
    *(Feature(f"money_{span}d", MONEY, f"Money of the last {span} days.", N,
              _total(f"money_{span}")) for span in SPANS),
    Feature("categories", "categories", "Different categories bought; goods that the house does not know have none.", N,
            lambda at: at.row.categories.fill_null(0)),
    Feature("brands", "brands", "Different brands bought, likewise.", N, lambda at: at.row.brands.fill_null(0)),
    Feature("stores", "stores", "Different stores bought in.", N, lambda at: at.row.stores.fill_null(0)),
    Feature("top_category", "name", "The category with most money, of equals the first by name; empty without one.", S,
            lambda at: at.row.top_category.fill_null("")),
    Feature("top_store", "name", "The store with most receipts, of equals the first by name; empty without one.", S,
            lambda at: at.row.top_store.fill_null("")),
    Feature("weekday", "1 Monday to 7 Sunday", "The weekday with most receipts, of equals the first.", N,
            lambda at: at.buys.ifelse(at.row.weekday, ibis.null("int64"))),
    Feature("hour", "0 to 23", "The hour, by the shop's clock, at which most receipts began, of equals the first.", N,
            lambda at: at.buys.ifelse(at.row.hour, ibis.null("int64"))),
    Feature("discount_share", "0 to 1", "Discounts by amounts before them.", F,
            lambda at: _share(at.row.discount, at.row.gross)),
    Feature("promo_share", "0 to 1", "Of the skus on receipts, those bought in a week that had them on promo.", F,
            lambda at: _share(at.row.promo, at.row["items"])),
    Feature("returns", "lines", "Lines that came back, also of sales that the lake does not know.", N,
            lambda at: at.row.returned),
    Feature("return_share", "0 to 1", "Lines that came back by lines sold, at most 1.", F,
            lambda at: _at_most_one(_share(at.row.returned, at.row["lines"] - at.row.returned))),
    Feature("single_category", "yes or no", "Everything known that they bought is of one category.", B,
            lambda at: at.row.categories.fill_null(0) == 1),
    Feature("active_12m", "yes or no", "Bought within the active window, 365 days unless set otherwise.", B,
            lambda at: at.buys & (at.recency < at.windows.active_days).fill_null(False)),
    Feature("lifecycle", "name", "registered: nothing bought; lost: silent for 365 days; lapsing: silent for 45 days "
            "and longer than twice the own median gap; new: first bought within 30 days, or once only; else regular.",
            S, _lifecycle),
    Feature("r", "1 to 5", "Fifth of the buyers by latest day; 5 bought most recently.", N,
            lambda at: at.within(5, at.row.last_day), True),
    Feature("f", "1 to 5", "Fifth of the buyers by receipts; 5 bought most often.", N,
            lambda at: at.within(5, at.row.receipts), True),
    Feature("m", "1 to 5", "Fifth of the buyers by money; 5 paid most.", N,
            lambda at: at.within(5, at.row.gross - at.row.discount), True),
    Feature("basket_third", "1 to 3", "Third of the buyers by money a receipt; 3 is the dearest basket.", N,
            lambda at: at.within(3, _share(at.row.gross - at.row.discount, at.row.receipts)), True),
    Feature("items_third", "1 to 3", "Third of the buyers by skus a receipt; 3 is the widest basket.", N,
            lambda at: at.within(3, _share(at.row["items"], at.row.receipts)), True),
)  # fmt: skip
"""In the order that people read them. `basket_third` and `items_third` are the 3 x 3 grid of baskets."""
_BY = {"category": {"categories", "top_category", "single_category"}, "brand": {"brands"}}


def schema_of(names: Collection[str]) -> pa.Schema:
    """The owner and these features, in reading order. Raises ValueError for a name that is none."""
    if unknown := set(names) - {one.name for one in FEATURES}:
        raise ValueError(f"no feature is called {', '.join(sorted(unknown))}")
    return pa.schema([(one.name, one.type) for one in FEATURES if one.name == "owner" or one.name in names])


SCHEMA = schema_of({one.name for one in FEATURES})


def features(
    engine: Engine, lines: Lines, around: Around, *, as_of: date, zone: ZoneInfo, windows: Windows | None = None,
    schema: pa.Schema = SCHEMA,
) -> Any:  # fmt: skip
    """The customer table as of the end of that day, one pass over the lines; `run` it with the same schema.

    A schema with fewer features (`schema_of`) costs less: without brands a quarter.
    """
    row = engine.keep("totals", totals(engine, lines, around, as_of=as_of, zone=zone, by=_by(schema)))
    scene = Scene(row, number(as_of), windows or Windows())
    asked = [one for one in FEATURES if one.name in schema.names]
    made = row.select("o", **{one.name: one.value(scene) for one in asked if not one.among})
    buyers = replace(scene, row=row.filter(scene.buys))
    places = {one.name: one.value(buyers) for one in asked if one.among}
    if places:  # put in order by themselves: an engine carries all columns of a row through every sort
        made = made.left_join(buyers.row.select("o", **places), "o")
    return made.select(schema.names)


def features_by_day(
    engine: Engine, history: History, around: Around, *, days: Sequence[date], zone: ZoneInfo, schema: pa.Schema
) -> dict[date, pa.Table]:
    """The customer tables of a history as of the ends of these days, each as `run` makes it of `features`: of few
    owners it costs more to plan one than to count it, so all are one. Raises ValueError for features that are places
    among all buyers."""
    asked = [one for one in FEATURES if one.name in schema.names]
    if among := [one.name for one in asked if one.among]:
        raise ValueError(f"{', '.join(among)}: places among the buyers of one day")
    row = totals_by_day(engine, history, around, days=days, zone=zone, by=_by(schema))
    scene = Scene(row, row.as_of, Windows())
    made = row.select("as_of", **{one.name: one.value(scene) for one in asked})
    whole = run(engine, made, schema.append(pa.field("as_of", pa.int64())))
    return {day: whole.filter(pc.equal(whole["as_of"], number(day))).select(schema.names) for day in days}


def _by(schema: pa.Schema) -> list[str]:
    return [name for name in BY if _BY[name] & set(schema.names)]
