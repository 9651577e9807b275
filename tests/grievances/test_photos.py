"""What staff do with a reporter's photo over GraphQL: faces and plates are blurred before it is shown."""

from __future__ import annotations

import io

import httpx
import pytest
from PIL import Image

from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations import file_grievance
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, Role
from civicgraph.uploads.models import Upload
from civicgraph.uploads.operations import receive
from tests.grievances.conftest import fill, words
from tests.support import city as place
from tests.support.city import FENGQUAN, HONGQIAO
from tests.uploads import pictures

BLUR = """mutation ($input: BlurGrievancePhotoInput!) { blurGrievancePhoto(input: $input) {
  grievance { photos { name isBlurred isPublic } } errors { field code reason } } }"""


@pytest.fixture
async def photo(client: httpx.AsyncClient) -> Upload:
    """A photo of a report in 凤泉社区."""
    await fill()
    sent = await receive(ANONYMOUS, "p.jpg", pictures.photo(colour="navy"))
    await file_grievance(ANONYMOUS, words(photos=[sent.name]))
    return await Upload.get(subject_type="Grievance")


async def blur(client: httpx.AsyncClient, photo: Upload, regions: str) -> dict[str, object]:
    """What the API answers to who is signed in."""
    number = (await Grievance.get()).number
    given = {"input": {"number": number, "name": photo.name, "regions": regions}}
    headers = {"accept": "application/json", "origin": str(client.base_url)}
    answer = await client.post("/graphql", json={"query": BLUR, "variables": given}, headers=headers)
    found: dict[str, object] = answer.json()["data"]["blurGrievancePhoto"]
    return found


async def test_staff_blur_parts_of_a_photo_under_a_new_name_and_it_is_in_the_trail(
    client: httpx.AsyncClient, photo: Upload
) -> None:
    await place.sign_in(client, "here", Role.DISPATCHER, FENGQUAN)
    before = (await client.get(f"/uploads/{photo.name}/page")).content
    answer = await blur(client, photo, "0,0,300,300; 500,500,100,100")
    now = await Upload.get(id=photo.id)
    shown = {"name": now.name, "isBlurred": True, "isPublic": False}
    assert answer == {"grievance": {"photos": [shown]}, "errors": []}
    assert now.name != photo.name
    assert (await client.get(f"/uploads/{photo.name}/page")).status_code == 404
    after = (await client.get(f"/uploads/{now.name}/page")).content
    old, new = (Image.open(io.BytesIO(one)).convert("RGB") for one in (before, after))
    assert _spread(old) > 4 * _spread(new), "the edge of the white square is in the blurred part"
    assert (await AuditEntry.filter(operation="blur_grievance_photo").get()).subject_type == "Grievance"


def _spread(image: Image.Image) -> int:
    """How much the picture changes across the upper right edge of its white square."""
    edge = image.width // 4
    left, right = (image.getpixel((edge + step, 10)) for step in (-3, 4))
    return sum(abs(a - b) for a, b in zip(left, right, strict=True))  # type: ignore[arg-type]


@pytest.mark.parametrize("regions", ["0,0,300", "0,0,0,300", "0,0,1001,300", "faces;;;;", "a,b,c,d"])
async def test_regions_that_are_none_are_named(client: httpx.AsyncClient, photo: Upload, regions: str) -> None:
    await place.sign_in(client, "here", Role.DISPATCHER, FENGQUAN)
    answer = await blur(client, photo, regions)
    assert answer["grievance"] is None
    assert answer["errors"] == [{"field": "regions", "code": "BAD_USER_INPUT", "reason": "regions"}]
    assert (await Upload.get(id=photo.id)).name == photo.name


@pytest.mark.parametrize(("role", "code"), [(Role.GRID_WORKER, FENGQUAN), (Role.DISPATCHER, HONGQIAO)])
async def test_who_does_not_dispatch_there_blurs_nothing_and_nothing_is_drawn(
    client: httpx.AsyncClient, photo: Upload, role: Role, code: str
) -> None:
    await place.sign_in(client, "other", role, code)
    answer = await blur(client, photo, "0,0,300,300")
    assert (answer["grievance"], [one["code"] for one in answer["errors"]]) == (None, ["FORBIDDEN"])  # type: ignore[attr-defined]
    now = await Upload.get(id=photo.id)
    assert (now.name, now.content_hash) == (photo.name, photo.content_hash)
