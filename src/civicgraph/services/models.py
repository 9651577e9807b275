"""Tables of the services room."""

from __future__ import annotations

from typing import Any, ClassVar

from tortoise import fields

from civicgraph.i18n import N_, Labelled
from civicgraph.model import Drafted, Record, SqlIndexes, place


class ServiceKind(Labelled):
    """What sort of service it is."""

    CANTEEN = "canteen", N_("Canteen")
    AFTER_SCHOOL_CARE = "after_school_care", N_("After-school care")
    ELDERLY_STATION = "elderly_station", N_("Elderly station")
    CONVENIENCE_STORE = "convenience_store", N_("Shop")
    REPAIR = "repair", N_("Repair")
    STEWARD = "steward", N_("Building steward")
    PARKING = "parking", N_("Parking")
    ERRAND = "errand", N_("Proxy errands")
    JOB_REFERRAL = "job_referral", N_("Job referral")


class ServiceStatus(Labelled):
    """Where a service stands, the public sees all but drafts."""

    DRAFT = "draft", N_("Draft")
    PUBLISHED = "published", N_("Published")
    SUSPENDED = "suspended", N_("Suspended")
    CLOSED = "closed", N_("Closed")


class HolidayHours(Labelled):
    """What public holidays, and the weekend days worked for them 调休, do to a service's hours."""

    AS_USUAL = "as_usual", N_("No different from other days")
    LIKE_OFFICES = "like_offices", N_("Closed on public holidays; on make-up working days as on a Monday")


class Household(Labelled):
    """A household that a price is for, by the city's registers 家庭类别."""

    MINIMUM_LIVING = "minimum_living", N_("On the minimum living allowance")  # 低保
    EXTREME_POVERTY = "extreme_poverty", N_("In extreme poverty")  # 特困
    DISABLED = "disabled", N_("With a disabled member")  # 残疾人家庭
    BEREAVED = "bereaved", N_("That lost its only child")  # 计生特殊家庭
    VETERAN = "veteran", N_("Of a veteran or soldier")  # 退役军人、军属


class OfferKind(Labelled):
    """What an item of a service's offer is."""

    DISH = "dish", N_("Dish")
    COURSE = "course", N_("Course")
    ACTIVITY = "activity", N_("Activity")
    GOODS = "goods", N_("Goods")
    TASK = "task", N_("Task")
    JOB = "job", N_("Job")


class Service(Drafted):
    """Something that a community offers day by day."""

    slug = fields.CharField(40, unique=True, description="Its name in addresses.")
    kind = fields.CharEnumField(ServiceKind, max_length=20, description="What sort of service it is.")
    name = fields.CharField(80, description="Its name.")
    summary = fields.CharField(300, default="", description="In one or two sentences.")
    description = fields.TextField(default="", description="Everything worth knowing.")
    division = place("services")
    compound: Any = fields.ForeignKeyField(
        "civicgraph.Compound",
        related_name="services",
        null=True,
        on_delete=fields.RESTRICT,
        description="The compound it serves.",
    )
    address = fields.CharField(200, default="", description="Where it is.")
    phone = fields.CharField(40, default="", description="Public telephone.")
    capacity = fields.IntField(null=True, description="Number of places, empty when there is no bound.")
    staff_count = fields.IntField(null=True, description="Number of people who do the work.")
    is_round_the_clock = fields.BooleanField(default=False, description="Open day and night, every day.")
    hours_note = fields.CharField(120, default="", description="Hours in words, for instance 每天放学后.")
    holiday_hours = fields.CharEnumField(
        HolidayHours,
        max_length=12,
        default=HolidayHours.AS_USUAL,
        db_default=HolidayHours.AS_USUAL.value,
        description="What public holidays do to its hours.",
    )
    status = fields.CharEnumField(
        ServiceStatus, max_length=12, default=ServiceStatus.DRAFT, description="Where it stands."
    )
    status_reason = fields.CharField(300, default="", description="Why it is suspended or closed.")
    search_terms = fields.TextField(default="", description="Bigrams of its texts.")

    class Meta:
        table = "service"
        indexes = (("kind", "id"), ("division_id", "id"), ("status", "id"), ("compound_id", "id"))

    sql_indexes: ClassVar[SqlIndexes] = {"service_import_key": ("import_key",), "service_submitted": ()}


class OpeningHours(Record):
    """A stretch of a weekday on which a service is open."""

    service: fields.ForeignKeyRelation[Service] = fields.ForeignKeyField(
        "civicgraph.Service", related_name="hours", on_delete=fields.CASCADE, description="The service."
    )
    weekday = fields.IntField(description="1 is Monday, 7 is Sunday (ISO 8601).")
    opens_minute = fields.IntField(description="Opening time, in minutes after midnight.")
    closes_minute = fields.IntField(description="Closing time, in minutes after midnight, at most 1440.")

    class Meta:
        table = "opening_hours"
        indexes = (("service_id", "weekday", "opens_minute", "id"),)


class SpecialDay(Record):
    """A stretch of days on which a service has other hours, or none: 春节停业, 高考期间延时."""

    service: fields.ForeignKeyRelation[Service] = fields.ForeignKeyField(
        "civicgraph.Service", related_name="special_days", on_delete=fields.CASCADE, description="The service."
    )
    first_day = fields.DateField(description="First day, in the city.")
    last_day = fields.DateField(description="Last day, the same as the first for a single one.")
    opens_minute = fields.IntField(null=True, description="Opening time in minutes after midnight, empty: closed.")
    closes_minute = fields.IntField(null=True, description="Closing time in minutes after midnight, at most 1440.")
    note = fields.CharField(80, default="", description="Why, for everyone.")

    class Meta:
        table = "special_day"
        indexes = (("service_id", "first_day", "id"),)


class PriceRule(Record):
    """Who pays what: the first rule by position that fits gives the price."""

    service: fields.ForeignKeyRelation[Service] = fields.ForeignKeyField(
        "civicgraph.Service", related_name="price_rules", on_delete=fields.CASCADE, description="The service."
    )
    position = fields.IntField(description="Its turn, from 1.")
    label = fields.CharField(80, description="The rule in words, for instance 80 岁及以上.")
    min_age = fields.IntField(null=True, description="Youngest age that it fits, in full years.")
    max_age = fields.IntField(null=True, description="Oldest age that it fits, in full years.")
    is_residents_only = fields.BooleanField(default=False, description="Fits residents of the community only.")
    household = fields.CharEnumField(
        Household, max_length=16, null=True, description="Fits households of this kind only, empty: all."
    )
    min_floor = fields.IntField(
        null=True, description="Lowest floor that it fits, for instance for what is carried up."
    )
    max_floor = fields.IntField(null=True, description="Highest floor that it fits.")
    amount_fen = fields.IntField(description="The price in fen (1/100 CNY), 0 is free.")
    unit = fields.CharField(20, default="", description="What the price is for, for instance 餐 or 月.")

    class Meta:
        table = "price_rule"
        indexes = (("service_id", "position", "id"),)


class Offer(Record):
    """An item of what a service offers: a dish, a course, goods."""

    service: fields.ForeignKeyRelation[Service] = fields.ForeignKeyField(
        "civicgraph.Service", related_name="offers", on_delete=fields.CASCADE, description="The service."
    )
    position = fields.IntField(description="Its place in the list, from 1.")
    kind = fields.CharEnumField(OfferKind, max_length=12, description="What sort of item it is.")
    name = fields.CharField(80, description="Its name.")
    note = fields.CharField(200, default="", description="What is worth knowing about it.")

    class Meta:
        table = "offer"
        indexes = (("service_id", "position", "id"),)
