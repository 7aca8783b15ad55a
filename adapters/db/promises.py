"""What must always be true of points, sales and vouchers: each promise a query that names the rows that break it.

The numbers are those of reliability.md section 3. Each is one or two passes over its tables, so that a million
members with twenty million entries are looked through in minutes, beside a running house.
"""

_NET = "(select operation, sum(amount) as net from entries group by operation)"
_FOLD = (
    "(select customer, sum(case when account = 'active' and lot is not null then amount else 0 end) as active, "
    "sum(case when account = 'pending' then amount else 0 end) as pending, "
    "sum(case when account = 'held' then amount else 0 end) as held, "
    "-sum(case when lot is null then amount else 0 end) as debt "
    "from entries where customer is not null group by customer)"
)
_OF_LOTS = (
    "(select customer, sum(active) as active, sum(pending) as pending, sum(held) as held from lots group by customer)"
)
_LOT_FOLD = (
    "(select lot, sum(case when account = 'active' then amount else 0 end) as active, "
    "sum(case when account = 'pending' then amount else 0 end) as pending, "
    "sum(case when account = 'held' then amount else 0 end) as held "
    "from entries where lot is not null group by lot)"
)
_STEPS = (
    "(select customer, number, operation, "
    "active - coalesce(lag(active) over w, 0) as active, pending - coalesce(lag(pending) over w, 0) as pending, "
    "held - coalesce(lag(held) over w, 0) as held, debt - coalesce(lag(debt) over w, 0) as debt "
    "from operation_members window w as (partition by customer order by number))"
)
_OP_FOLD = _FOLD.replace("select customer,", "select operation, customer,").replace(
    "group by customer", "group by operation, customer"
)
_RETURNED = (
    "(select r.sale, l.line, sum(l.milli) as milli, sum(l.money) as money, sum(l.points_paid) as points_paid, "
    "sum(l.earned) as earned from return_lines l join returns r on r.id = l.return group by r.sale, l.line)"
)
_STANDING = (
    "select run, arm, coalesce(channel, '') as channel, coalesce(outcome, 'waiting') as what, reason, "
    "count(*) as people from campaign_people group by run, arm, channel, outcome, reason"
) + "".join(
    f" union all select run, arm, coalesce(channel, ''), '{mark}', '', count(*) from campaign_people "
    f"where {mark}_at is not null group by run, arm, channel"
    for mark in ("delivered", "seen", "tapped")
)

PROMISES = {
    "1: entries of one operation that do not sum to zero": f"select operation from {_NET} n where net <> 0",
    "2: all entries together that do not sum to zero": (
        "select 'sum ' || total from (select coalesce(sum(amount), 0) as total from entries) t where total <> 0"
    ),
    "3, 4: a purse that is not the sum of its entries": (
        f"select p.customer from purses p left join {_FOLD} f on f.customer = p.customer "
        "where p.active <> coalesce(f.active, 0) or p.pending <> coalesce(f.pending, 0) "
        "or p.held <> coalesce(f.held, 0) or p.debt <> coalesce(f.debt, 0) "
        f"union all select f.customer from {_FOLD} f where not exists "
        "(select 1 from purses p where p.customer = f.customer)"
    ),
    "5: an account below zero": ("select customer from purses where active < 0 or pending < 0 or held < 0 or debt < 0"),
    "6: a purse that is not the sum of its lots": (
        f"select p.customer from purses p left join {_OF_LOTS} l on l.customer = p.customer "
        "where p.active <> coalesce(l.active, 0) or p.pending <> coalesce(l.pending, 0) "
        "or p.held <> coalesce(l.held, 0)"
    ),
    "7: a lot with more than it earned, or less than nothing": (
        "select id from lots where pending < 0 or active < 0 or held < 0 or pending + active + held > earned"
    ),
    "8: a lot that is not the sum of its entries": (
        f"select l.id from lots l left join {_LOT_FOLD} f on f.lot = l.id where l.active <> coalesce(f.active, 0) "
        "or l.pending <> coalesce(f.pending, 0) or l.held <> coalesce(f.held, 0)"
    ),
    "9: a key with more than one operation, or a key that nobody answered": (
        "select min(id) from operations group by source, key having count(*) > 1 "
        "union all select source || ' ' || key from once_keys where answer = ''"
    ),
    "11: a customer whose operations are not numbered one by one": (
        "select p.customer from purses p left join (select customer, count(*) as lines, max(number) as top "
        "from operation_members group by customer) m on m.customer = p.customer "
        "where p.number <> coalesce(m.lines, 0) or p.number <> coalesce(m.top, 0)"
    ),
    "12: a return, release or un-merge that corrects nothing": (
        "select id from operations where kind in ('return', 'unmerge') and corrects is null"
    ),
    "13: a voucher that is not where its moves say, or redeemed by no sale": (
        "select v.code from vouchers v left join (select code, max(id) as id from voucher_moves group by code) l "
        "on l.code = v.code left join voucher_moves m on m.id = l.id "
        "where v.state <> coalesce(m.target, 'issued') or (v.state = 'redeemed' and not exists "
        "(select 1 from sales s where s.id = v.sale))"
    ),
    "14: an offer whose counted uses are not those of its sales": (
        "select u.offer from offer_uses u left join (select o.offer, s.customer, count(distinct s.id) as uses "
        "from sale_offers o join sales s on s.id = o.sale where not s.returned and s.customer is not null "
        "group by o.offer, s.customer) c on c.offer = u.offer and c.customer = u.customer "
        "where u.customer <> '' and u.uses <> coalesce(c.uses, 0) "
        "union all select u.offer from offer_uses u left join (select o.offer, count(distinct s.id) as uses, "
        "sum(o.amount) as spent from sale_offers o join sales s on s.id = o.sale where not s.returned "
        "group by o.offer) c on c.offer = u.offer where u.customer = '' "
        "and (u.uses <> coalesce(c.uses, 0) or u.spent <> coalesce(c.spent, 0))"
    ),
    "15: more of a line returned than was sold, or than the line says": (
        f"select l.sale from sale_lines l left join {_RETURNED} r on r.sale = l.sale and r.line = l.line "
        "where l.returned_milli <> coalesce(r.milli, 0) or coalesce(r.milli, 0) > l.milli "
        "or coalesce(r.money, 0) > l.total or coalesce(r.points_paid, 0) > l.points_paid "
        "or coalesce(r.earned, 0) > l.earned"
    ),
    "16: a sale marked as returned that is not wholly back, or the reverse": (
        "select s.id from sales s join (select sale, min(milli - returned_milli) as least, "
        "max(milli - returned_milli) as most from sale_lines group by sale) l on l.sale = s.id "
        "where s.returned <> (l.most = 0)"
    ),
    "17: a sale whose points are not those in the books": (
        "select s.id from sales s join (select operation, "
        "-sum(case when account = 'issued' then amount else 0 end) as earned, "
        "sum(case when account in ('spent') then amount else 0 end) as spent from entries group by operation) e "
        "on e.operation = s.operation where e.earned <> s.earned or e.spent <> s.points_spent "
        "union all select r.id from returns r where r.points_taken + r.shortfall <> r.points_due"
    ),
    "18: held points without their open holds, or the reverse": (
        "select p.customer from purses p left join (select customer, sum(points) as points from holds "
        "where state = 'open' group by customer) h on h.customer = p.customer where p.held <> coalesce(h.points, 0)"
    ),
    "19: points used after they had expired, or expired before": (
        "select e.lot from entries e join lots l on l.id = e.lot join operations o on o.id = e.operation "
        "where e.account = 'active' and e.amount < 0 and l.expires_at is not null "
        "and ((o.kind in ('sale', 'hold', 'return') and l.expires_at <= o.at) "
        "or (o.kind = 'expire' and l.expires_at > o.at))"
    ),
    "20: a customer who was merged away and still has points": (
        "select p.customer from purses p join customers c on c.id = p.customer where c.merged_into is not null "
        "and p.active + p.pending + p.held + p.debt <> 0"
    ),
    "23: a receipt or an operation that names a person": (
        "select id from operations where reason like '%+380%' or actor like '%+380%' or source like '%+380%'"
    ),
    "24: a balance after an operation that its entries do not explain": (
        f"select s.customer from {_STEPS} s left join {_OP_FOLD} f on f.operation = s.operation "
        "and f.customer = s.customer where s.active <> coalesce(f.active, 0) or s.pending <> coalesce(f.pending, 0) "
        "or s.held <> coalesce(f.held, 0) or s.debt <> coalesce(f.debt, 0) "
        "union all select p.customer from purses p join operation_members m on m.customer = p.customer "
        "and m.number = p.number where m.active <> p.active or m.pending <> p.pending or m.held <> p.held "
        "or m.debt <> p.debt"
    ),
    "25: a campaign whose counts are not those of its people": (
        f"select 'run ' || run || ' ' || what from ({_STANDING} union all "
        "select run, arm, channel, what, reason, -people from campaign_counts) c "
        "where run in (select id from campaign_runs where frozen_at is not null) "
        "group by run, arm, channel, what, reason having sum(people) <> 0"
    ),
}
"""10 (books that only grow) is looked at by their guards, 11's chain by its seals, 21 by replaying in the tests."""

_OUT_OF_ORDER = (
    "select m.customer from (select customer, operation, lag(operation) over (partition by customer order by number) "
    "as earlier from operation_members) m join operations o on o.id = m.operation "
    "join operations e on e.id = m.earlier where "
)
OUT_OF_ORDER = {
    "sqlite": _OUT_OF_ORDER + "julianday(o.at) < julianday(e.at) - 60.0 / 86400",
    "postgresql": _OUT_OF_ORDER + "o.at < e.at - interval '60 seconds'",
}
"""22: an operation takes its instant before it waits for the purse, for seconds at most; a minute is no waiting."""
_PASSED_BY = (
    "select o.id from operations o where not exists (select 1 from seals s where s.operation = o.id) "
    "and {early} < (select {instant} from operations l join seals s on s.operation = l.id "
    "where s.number = (select max(number) from seals))"
)
PASSED_BY = {
    "sqlite": _PASSED_BY.format(early="julianday(o.at) + 1", instant="julianday(l.at)"),
    "postgresql": _PASSED_BY.format(early="o.at + interval '1 day'", instant="l.at"),
}
"""11: older than what the seals still look for, and without one: nobody can say that it is as it was written."""
