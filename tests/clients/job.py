"""One job of an integrator from end to end, with the client that openapi-python-client has made of the description: a key, customers
with contacts, all pages, changes under other people's, the feed, an upsert, an import, a picture, a batch, a deal that is won, and
reports. It fails where an answer is not what its type says."""

import base64
import io
import os
import time
from http import HTTPStatus
from typing import Any, TypeVar
from uuid import UUID

from guanxi import AuthenticatedClient, Client
from guanxi.api.api_keys import create_api_key
from guanxi.api.auth import login, set_avatar
from guanxi.api.changes import list_changes
from guanxi.api.contacts import create_contact
from guanxi.api.customers import (
    batch_customers,
    create_customer,
    get_customer,
    get_customer_by_key,
    list_customers,
    update_customer,
    upsert_customer_by_key,
)
from guanxi.api.imports import create_import, get_import
from guanxi.api.opportunities import create_opportunity, move_opportunity, win_opportunity
from guanxi.api.reports import report_pipeline_summary, report_sales_by_owner, report_win_rate
from guanxi.api.stages import list_stages
from guanxi.api.users import get_avatar
from guanxi.models import (
    ApiKeyWithSecret,
    BatchCustomersBody,
    BatchCustomersBodyOperationsItem,
    BatchCustomersBodyOperationsItemMethod,
    BatchResults,
    Change,
    ChangePage,
    ContactCreate,
    CreateImportBody,
    CreateImportBodyKind,
    Customer,
    CustomerCreate,
    CustomerPage,
    CustomerPatch,
    GetCustomerByKeyKey,
    Import,
    ListCustomersSort,
    ListStagesSort,
    Login,
    Tokens,
    Money,
    Move,
    NewKey,
    NewKeyScopesItem,
    Opportunity,
    OpportunityCreate,
    Problem,
    Report,
    StagePage,
    UpsertCustomerByKeyKey,
    User,
)
from guanxi.types import UNSET, File, Response, Unset

BASE = os.environ["GUANXI_URL"]
T = TypeVar("T")


def done(answer: Response[Any], status: int, wanted: type[T]) -> T:
    """What an answer has, of the type that was asked for."""
    assert answer.status_code == status, (answer.status_code, answer.content)
    assert isinstance(answer.parsed, wanted), answer.parsed
    return answer.parsed


def refused(answer: Response[Any], status: int, code: str) -> Problem:
    problem = done(answer, status, Problem)
    assert problem.code == code, problem
    return problem


with Client(base_url=BASE) as anybody:
    signed_in = done(login.sync_detailed(client=anybody, body=Login(email="owner@example.com", password="guanxi-demo-26")), 200, Tokens)
assert signed_in.access_token
person = AuthenticatedClient(base_url=BASE, token=signed_in.access_token)
key = done(create_api_key.sync_detailed(client=person, body=NewKey(name="Generated client", scopes=[NewKeyScopesItem.VALUE_1])), 201, ApiKeyWithSecret)
api = AuthenticatedClient(base_url=BASE, token=key.secret)

# The feed is read from here on.
position = done(list_changes.sync_detailed(client=api, after="latest"), 200, ChangePage).page.next_cursor
assert isinstance(position, str)

# Customers with contacts; a repeat has no second effect.
tag = f"py-{time.time_ns()}"
customers: list[Customer] = []
for n in range(50):
    body = CustomerCreate(name=f"PY {n}", tags=[tag], annual_revenue=Money(amount="1250.00", currency="CNY"))
    made = done(create_customer.sync_detailed(client=api, body=body, idempotency_key=f"{tag}-{n}"), 201, Customer)
    if n == 0:
        again = create_customer.sync_detailed(client=api, body=body, idempotency_key=f"{tag}-{n}")
        assert done(again, 201, Customer).id == made.id
        assert again.headers["Idempotent-Replayed"] == "true"
    contact = create_contact.sync_detailed(client=api, body=ContactCreate(name=f"Contact {n}", customer_id=made.id))
    assert contact.status_code == HTTPStatus.CREATED, contact.content
    customers.append(made)

# All pages.
seen: set[UUID] = set()
cursor: str | Unset = UNSET
while True:
    page = done(
        list_customers.sync_detailed(client=api, limit=7, sort=ListCustomersSort.NAME, filtertagscontains=tag, cursor=cursor),
        200,
        CustomerPage,
    )
    seen.update(row.id for row in page.data)
    if not page.page.has_more:
        break
    assert isinstance(page.page.next_cursor, str)
    cursor = page.page.next_cursor
assert len(seen) == 50, len(seen)

# Changes name the version they were made against.
first = customers[0]
read = get_customer.sync_detailed(client=api, id=first.id)
etag = read.headers["ETag"]
patch = CustomerPatch(phone="13812340001", description=None)
assert done(update_customer.sync_detailed(client=api, id=first.id, if_match=f"W/{etag}", body=patch), 200, Customer).version == 2
stale = refused(update_customer.sync_detailed(client=api, id=first.id, if_match=etag, body=CustomerPatch(phone=None)), 412, "stale")
assert stale.current_version == 2
without = api.get_httpx_client().patch(f"/api/v1/customers/{first.id}", json={"phone": None})
assert without.status_code == 428 and Problem.from_dict(without.json()).code == "precondition_required"
assert get_customer.sync_detailed(client=api, id=first.id, if_none_match='"2"').status_code == HTTPStatus.NOT_MODIFIED
wrong = refused(create_customer.sync_detailed(client=api, body=CustomerCreate(name="")), 422, "invalid")
assert not isinstance(wrong.errors, Unset) and wrong.errors[0].pointer == "/name"

# By a key of one's own.
value = f"{tag}/1 中"
by_key = UpsertCustomerByKeyKey.EXTERNAL_ID
created = done(
    upsert_customer_by_key.sync_detailed(client=api, key=by_key, value=value, if_none_match="*", body=CustomerPatch(name="Upsert")), 201, Customer
)
refused(
    upsert_customer_by_key.sync_detailed(client=api, key=by_key, value=value, if_none_match="*", body=CustomerPatch(name="Other")),
    412,
    "record_exists",
)
kept = done(
    upsert_customer_by_key.sync_detailed(client=api, key=by_key, value=value, body=CustomerPatch(phone="13812340002")), 200, Customer
)
assert (kept.id, kept.name) == (created.id, "Upsert")
found = get_customer_by_key.sync_detailed(client=api, key=GetCustomerByKeyKey.EXTERNAL_ID, value=value)
assert done(found, 200, Customer).id == created.id

# Several at once, of which one fails.
Method = BatchCustomersBodyOperationsItemMethod
operations = [
    BatchCustomersBodyOperationsItem(method=Method.CREATE, body=CustomerCreate(name="Batch", tags=[tag])),
    BatchCustomersBodyOperationsItem(method=Method.UPDATE, id=first.id, version=1, body=CustomerPatch(phone=None)),
    BatchCustomersBodyOperationsItem(method=Method.DELETE, id=kept.id, version=kept.version),
]
batch = done(batch_customers.sync_detailed(client=api, body=BatchCustomersBody(atomic=False, operations=operations)), 207, BatchResults)
assert [result.status for result in batch.results] == [201, 412, 204], batch

# An import, waited for.
file = File(payload=io.BytesIO(f"name,tags\n{tag} A,{tag}\n{tag} B,{tag}\n,{tag}\n".encode()), file_name="customers.csv", mime_type="text/csv")
job = done(create_import.sync_detailed(client=api, body=CreateImportBody(file=file, kind=CreateImportBodyKind.CUSTOMERS)), 202, Import)
assert job.dry_run is False
for _ in range(200):
    if job.finished_at is not None:
        break
    time.sleep(0.05)
    job = done(get_import.sync_detailed(client=api, id=job.id), 200, Import)
assert isinstance(job.report, Report), job
assert (job.report.created, job.report.failed) == (2, 1), job.report

# A picture.
png = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==")
me = done(set_avatar.sync_detailed(client=person, body=File(payload=io.BytesIO(png))), 200, User)
picture = get_avatar.sync_detailed(client=api, id=me.id)
assert picture.status_code == HTTPStatus.OK and isinstance(picture.parsed, File), picture
assert picture.parsed.payload.read()

# A deal, won.
deal = done(
    create_opportunity.sync_detailed(
        client=api, body=OpportunityCreate(name=tag, customer_id=first.id, amount=Money(amount="99.50", currency="CNY"))
    ),
    201,
    Opportunity,
)
assert isinstance(deal.pipeline_id, UUID)
stages = done(list_stages.sync_detailed(client=api, filterpipeline_id=deal.pipeline_id, sort=ListStagesSort.POSITION), 200, StagePage)
following = next(stage for stage in stages.data if stage.id != deal.stage_id)
moved = done(move_opportunity.sync_detailed(client=api, id=deal.id, if_match='"1"', body=Move(stage_id=following.id)), 200, Opportunity)
won = done(win_opportunity.sync_detailed(client=api, id=deal.id, if_match=f'"{moved.version}"'), 200, Opportunity)
assert won.status == "won" and isinstance(won.amount, Money) and won.amount.amount == "99.50"

# Reports.
for answer in (
    report_pipeline_summary.sync_detailed(client=api),
    report_win_rate.sync_detailed(client=api),
    report_sales_by_owner.sync_detailed(client=api),
):
    assert answer.status_code == HTTPStatus.OK and not isinstance(answer.parsed, (Problem, type(None))), answer

# The feed has told all of it, in order.
told: list[Change] = []
while True:
    changes = done(list_changes.sync_detailed(client=api, after=position, kind=["customer", "opportunity"], limit=40), 200, ChangePage)
    told.extend(changes.data)
    assert isinstance(changes.page.next_cursor, str)
    position = changes.page.next_cursor
    if not changes.page.has_more:
        break
assert [change.version for change in told if change.record_id == deal.id] == [1, 2, 3]
refused(list_changes.sync_detailed(client=api, after="999999999"), 410, "position_unknown")

# Patience.
nobody = AuthenticatedClient(base_url=BASE, token="gx_live_nobody")
for _ in range(2000):
    hasty = get_customer.sync_detailed(client=nobody, id=first.id)
    if hasty.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        assert int(hasty.headers["Retry-After"]) > 0
        break
else:
    raise AssertionError("never too many")
print("ok: python")
