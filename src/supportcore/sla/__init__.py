"""
Service levels: open hours, which target applies, and the clocks that count.

    from supportcore.sla import Calendar
"""

from supportcore.sla.calendar import Calendar
from supportcore.sla.combined import CombinedCalendar
from supportcore.sla.working import WorkingTime
from supportcore.sla.zones import tz_version

__all__ = ["Calendar", "CombinedCalendar", "WorkingTime", "tz_version"]
