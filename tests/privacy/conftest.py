"""The small city of the grievances, for what becomes of personal data in it."""

from tests.grievances.conftest import city as city
from tests.grievances.conftest import dispatcher as dispatcher
from tests.grievances.conftest import report as report
from tests.grievances.conftest import stranger as stranger
from tests.grievances.conftest import worker as worker
