"""The home as JSON."""

from datetime import date, datetime

from adapters.http.api import Answer


class DayOut(Answer):
    """Cards issued on a day; null: a group too small to be told."""

    day: date
    cards: int | None


class SourceOut(Answer):
    """How far people of one channel and source came; null: a group too small to be told."""

    channel: str
    source: str
    met: int | None
    proven: int | None
    cards: int | None
    restored: int | None


class QuestionOut(Answer):
    """How many were asked a question and have answered it, in the order in which questions are asked."""

    question: str
    asked: int | None
    answered: int | None


class PointsOut(Answer):
    """Points of everybody; `liability` in minor units: what the active ones would pay for."""

    active: int
    pending: int
    debt: int
    expiring: int
    expiring_people: int | None
    liability: int
    currency: str


class WeekOut(Answer):
    """This week's personal offers; `coverage` of the promo items, `redemption` of the offers, 0..1."""

    week: str
    offers: int
    people: int
    coverage: float | None
    redeemed: int | None
    redemption: float | None


class CampaignOut(Answer):
    """A campaign under way; `why`: why it does not go on."""

    id: str
    name: str
    state: str
    kind: str
    why: str
    started_at: datetime | None
    spent: int
    sent: int | None
    waiting: int | None


class AttentionOut(Answer):
    """Something that somebody should look at."""

    code: str
    count: int = 0
    name: str = ""
    why: str = ""
    since: datetime | None = None
    link: str = ""


class HomeOut(Answer):
    """How the house stands. `counted_at`: when the figures over everybody were counted; null: they still are."""

    at: datetime
    counted_at: datetime | None
    cards_today: int | None
    cards_week: int | None
    cards: int | None
    days: list[DayOut]
    seconds_to_card: float | None
    seconds_to_card_of: int | None
    plastics: int | None
    plastics_restored: int | None
    sources: list[SourceOut]
    began: int | None
    questions: list[QuestionOut]
    points: PointsOut | None
    week: WeekOut | None
    campaigns: list[CampaignOut]
    attention: list[AttentionOut]
