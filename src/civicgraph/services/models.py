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


class Meal(Labelled):
    """The meal that a dish is for."""

    BREAKFAST = "breakfast", N_("Breakfast")
    LUNCH = "lunch", N_("Lunch")
    DINNER = "dinner", N_("Dinner")


class Allergen(Labelled):
    """What a dish may hold that some must not eat: the eight groups of GB 7718 (4.4.3.1)."""

    GLUTEN = "gluten", N_("Cereals with gluten")
    CRUSTACEANS = "crustaceans", N_("Prawns and crabs")
    FISH = "fish", N_("Fish")
    EGGS = "eggs", N_("Eggs")
    PEANUTS = "peanuts", N_("Peanuts")
    SOY = "soy", N_("Soy")
    MILK = "milk", N_("Milk")
    NUTS = "nuts", N_("Nuts")


class Diet(Labelled):
    """Whom a dish suits."""

    VEGETARIAN = "vegetarian", N_("Vegetarian")
    HALAL = "halal", N_("Halal")
    LOW_SALT = "low_salt", N_("Little salt")
    LOW_SUGAR = "low_sugar", N_("Little sugar")
    SOFT = "soft", N_("Easy to chew")
    NOT_HOT = "not_hot", N_("Not hot")


class Service(Drafted):
    """Something that a community offers day by day."""

    called_off = 0
    """Bookings that the change which was just made to it called off; kept nowhere."""
    brought_back = 0
    """Bookings that it brought back."""
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
    slots_until = fields.DateField(null=True, description="Its time slots are laid out before this day, empty: none.")

    class Meta:
        table = "service"
        indexes = (
            ("kind", "id"),
            ("division_id", "id"),
            ("status", "id"),
            ("compound_id", "id"),
            ("slots_until", "id"),
        )

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


class Steward(Record):
    """Who looks after which buildings of the compound that a service of stewards serves 楼栋管家."""

    service: fields.ForeignKeyRelation[Service] = fields.ForeignKeyField(
        "civicgraph.Service", related_name="stewards", on_delete=fields.CASCADE, description="The service."
    )
    position = fields.IntField(description="Their place in the list, from 1.")
    buildings = fields.CharField(120, description="The buildings in words, for instance 1至3栋、5栋.")
    name = fields.CharField(40, description="Their name. Public only where they have agreed to it.")
    phone = fields.CharField(40, default="", description="Telephone at work. Public only where they have agreed to it.")
    is_public = fields.BooleanField(
        default=False, description="Whether name and telephone are a public contact, as the steward has agreed."
    )

    class Meta:
        table = "steward"
        indexes = (("service_id", "position", "id"),)


class SlotPlan(Record):
    """A stretch of a weekday that is given out in time slots: a doctor's mornings, a steward's hours."""

    service: fields.ForeignKeyRelation[Service] = fields.ForeignKeyField(
        "civicgraph.Service", related_name="slot_plans", on_delete=fields.CASCADE, description="The service."
    )
    title = fields.CharField(60, default="", description="What or whom one books, empty for the service itself.")
    weekday = fields.IntField(description="1 is Monday, 7 is Sunday (ISO 8601).")
    opens_minute = fields.IntField(description="Start of the first slot, in minutes after midnight.")
    closes_minute = fields.IntField(description="End of the last slot, in minutes after midnight, at most 1440.")
    slot_minutes = fields.IntField(description="How long a slot is.")
    places = fields.IntField(description="How many can book the same slot.")

    class Meta:
        table = "slot_plan"
        indexes = (("service_id", "weekday", "opens_minute", "id"),)


class Offer(Record):
    """An item of what a service offers: a dish, a course, goods."""

    service: fields.ForeignKeyRelation[Service] = fields.ForeignKeyField(
        "civicgraph.Service", related_name="offers", on_delete=fields.CASCADE, description="The service."
    )
    position = fields.IntField(description="Its place in the list, from 1.")
    kind = fields.CharEnumField(OfferKind, max_length=12, description="What sort of item it is.")
    name = fields.CharField(80, description="Its name.")
    note = fields.CharField(200, default="", description="What is worth knowing about it.")
    amount_fen = fields.IntField(null=True, description="Its price in fen (1/100 CNY), empty where it has none.")
    unit = fields.CharField(
        20, default="", db_default="", description="What the price is for, for instance 斤 or 5 升桶."
    )
    weekday = fields.IntField(
        null=True, description="Weekday of a course or an activity, 1 is Monday (ISO 8601), empty: none of its own."
    )
    starts_minute = fields.IntField(null=True, description="When it begins, in minutes after midnight.")
    ends_minute = fields.IntField(null=True, description="When it ends, in minutes after midnight, at most 1440.")

    class Meta:
        table = "offer"
        indexes = (("service_id", "position", "id"),)


class MenuDay(Record):
    """What a canteen serves on one day."""

    service_id: int
    service: fields.ForeignKeyRelation[Service] = fields.ForeignKeyField(
        "civicgraph.Service", related_name="menus", on_delete=fields.CASCADE, description="The canteen."
    )
    served_on = fields.DateField(description="The day, in the city.")
    note = fields.CharField(120, default="", description="What is worth knowing of that day.")
    version = fields.IntField(default=1, description="Grows by one with each change, send it back when editing.")

    class Meta:
        table = "menu_day"
        unique_together = (("service", "served_on"),)
        indexes = (("service_id", "served_on", "id"),)


class Dish(Record):
    """A dish on a day's menu."""

    menu: fields.ForeignKeyRelation[MenuDay] = fields.ForeignKeyField(
        "civicgraph.MenuDay", related_name="dishes", on_delete=fields.CASCADE, description="The day’s menu."
    )
    meal = fields.CharEnumField(Meal, max_length=10, description="The meal that it is for.")
    position = fields.IntField(description="Its place on the menu, from 1, breakfast first.")
    name = fields.CharField(80, description="Its name.")
    allergens: fields.Field[list[str]] = fields.JSONField(
        default=list, description="What it may hold that some must not eat."
    )
    diets: fields.Field[list[str]] = fields.JSONField(default=list, description="Whom it suits.")
    note = fields.CharField(120, default="", description="What is worth knowing about it.")

    class Meta:
        table = "dish"
        indexes = (("menu_id", "position", "id"),)
