"""When things happen in the month of the demonstration: more on Mondays, hardly at weekends, and with working hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

FIRST_DAY = date(2026, 3, 2)  # a Monday
DAYS = 28
_DAY_WEIGHTS = (13, 11, 10, 10, 8, 1, 0.3)  # Monday to Sunday
_HOUR_WEIGHTS = {7: 1, 8: 5, 9: 9, 10: 10, 11: 8, 12: 4, 13: 3, 14: 6, 15: 7, 16: 5, 17: 2, 20: 0.5}
_OPENS, _CLOSES = time(8), time(18)


class Hours:
    """Instants of the month, drawn from *random*, of people who live in *zone*."""

    def __init__(self, random: Random, zone: ZoneInfo) -> None:
        self._random = random
        self._zone = zone

    def arrivals(self, tickets: int) -> list[datetime]:
        """Return when tickets are opened, earliest first, in UTC."""
        days = range(DAYS)
        weights = [_DAY_WEIGHTS[day % 7] for day in days]
        hours = list(_HOUR_WEIGHTS)
        found = []
        for _ in range(tickets):
            day = self._random.choices(days, weights)[0]
            hour = self._random.choices(hours, list(_HOUR_WEIGHTS.values()))[0]
            local = datetime.combine(FIRST_DAY + timedelta(days=day), time(hour), self._zone)
            found.append((local + timedelta(seconds=self._random.randrange(3600))).astimezone(UTC))
        return sorted(found)

    def after(self, median: timedelta) -> timedelta:
        """Return a pause, usually near *median*, sometimes much longer."""
        return timedelta(seconds=round(median.total_seconds() * self._random.lognormvariate(0, 0.9)))

    def at_work(self, at: datetime) -> datetime:
        """Return *at*, or an instant early on the next working day if nobody works then."""
        local = at.astimezone(self._zone)
        if local.weekday() < 5 and _OPENS <= local.time() < _CLOSES:
            return at
        if local.time() >= _OPENS:
            local += timedelta(days=1)
        while local.weekday() >= 5:
            local += timedelta(days=1)
        early = timedelta(seconds=self._random.randrange(2 * 3600))
        return (datetime.combine(local.date(), _OPENS, self._zone) + early).astimezone(UTC)
