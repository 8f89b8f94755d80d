from __future__ import annotations

from email.utils import format_datetime

BASE = "/services/data/v66.0"


def sub(reference: str, method: str, path: str, **more: object) -> dict[str, object]:
    return {"referenceId": reference, "method": method, "url": f"{BASE}/{path}", **more}


def test_conditional_updates_each_with_headers_of_its_own(sf, api):
    sf.freeze()
    ids = sf.create_many("Contact", [{"LastName": str(n)} for n in range(25)])
    date = format_datetime(sf.now().replace(microsecond=0), usegmt=True)
    sf.advance(2)
    sf.update("Contact", ids[3], {"Title": "edited meanwhile"})
    sf.reset_calls()
    before = api("GET", "limits").json()["DailyApiRequests"]["Remaining"]
    responses = api.composite(
        *(
            sub(f"r{n}", "PATCH", f"sobjects/Contact/{record_id}", body={"Phone": "1"},
                httpHeaders={"If-Unmodified-Since": date})
            for n, record_id in enumerate(ids)
        )
    )  # fmt: skip
    codes = [response["httpStatusCode"] for response in responses]
    assert codes == [204] * 3 + [412] + [204] * 21
    assert responses[0] == {
        "body": None,
        "httpHeaders": {},
        "httpStatusCode": 204,
        "referenceId": "r0",
    }
    assert before - api("GET", "limits").json()["DailyApiRequests"]["Remaining"] == 2
    assert sf.call_counts()["POST /services/data/{version}/composite"] == 1


def test_later_subrequests_refer_to_earlier_ones(sf, api):
    responses = api.composite(
        sub("acme", "POST", "sobjects/Account", body={"Name": "Acme"}),
        sub("made", "POST", "sobjects/Contact", body={"LastName": "A", "AccountId": "@{acme.id}"}),
        sub("read", "GET", "sobjects/Contact/@{made.id}?fields=AccountId"),
        sub("list", "GET", "query/?q=SELECT+Id+FROM+Account+WHERE+Id='@{read.AccountId}'"),
        sub("last", "PATCH", "sobjects/Account/@{list.records[0].Id}", body={"Phone": "7"}),
    )
    assert [r["httpStatusCode"] for r in responses] == [201, 201, 200, 200, 204]
    assert sf.rows("Account")[0]["Phone"] == "7"


def test_what_refers_to_a_failed_subrequest_is_halted(sf, api):
    responses = api.composite(
        sub("acme", "POST", "sobjects/Account", body={}),
        sub("made", "POST", "sobjects/Contact", body={"LastName": "A", "AccountId": "@{acme.id}"}),
        sub("free", "POST", "sobjects/Contact", body={"LastName": "B"}),
        sub("case", "GET", "sobjects/Contact/@{free.Id}"),
    )
    assert [r["httpStatusCode"] for r in responses] == [400, 400, 201, 400]
    assert responses[1]["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert responses[3]["body"][0]["errorCode"] == "PROCESSING_HALTED"


def test_all_or_none_halts_and_takes_everything_back(sf, api):
    records = {"records": [{"attributes": {"type": "Contact"}, "LastName": "C"}]}
    responses = api.composite(
        sub("one", "POST", "sobjects/Contact", body={"LastName": "A"}),
        sub("many", "POST", "composite/sobjects", body=records),
        sub("two", "POST", "sobjects/Contact", body={"LastName": "B" * 81}),
        all_or_none=True,
    )
    assert [r["httpStatusCode"] for r in responses] == [400, 400, 400]
    codes = [r["body"][0]["errorCode"] for r in responses]
    assert codes == ["PROCESSING_HALTED", "PROCESSING_HALTED", "STRING_TOO_LONG"]
    assert sf.rows("Contact") == []


def test_all_or_none_outside_overrules_the_collection_inside(sf, api):
    rows = [{"attributes": {"type": "Contact"}, "LastName": name} for name in ("A", "B" * 81)]
    body = {"allOrNone": False, "records": rows}
    responses = api.composite(sub("c", "POST", "composite/sobjects", body=body), all_or_none=True)
    codes = [outcome["errors"][0]["statusCode"] for outcome in responses[0]["body"]]
    assert codes == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "STRING_TOO_LONG"]
    assert sf.rows("Contact") == []


def test_limits_on_subrequests(api, refused):
    def outcome(*subrequests: dict[str, object]) -> tuple[int, str]:
        return refused(api("POST", "composite", json={"compositeRequest": list(subrequests)}))

    many = [sub(f"r{n}", "GET", "sobjects") for n in range(26)]
    heavy = [sub(f"r{n}", "GET", "query?q=SELECT+Id+FROM+Contact") for n in range(6)]
    assert outcome(*many) == (400, "LIMIT_EXCEEDED")
    assert outcome(*heavy) == (400, "LIMIT_EXCEEDED")
    assert outcome(sub("a", "GET", "sobjects"), sub("a", "GET", "limits"))[0] == 400
    secret = sub("a", "GET", "sobjects", httpHeaders={"Authorization": "Bearer x"})
    assert outcome(secret)[0] == 400


def test_five_collections_carry_a_thousand_writes(sf, api):
    def rows(start: int) -> dict[str, object]:
        return {
            "allOrNone": False,
            "records": [
                {"attributes": {"type": "Contact"}, "LastName": str(n)}
                for n in range(start, start + 200)
            ],
        }

    responses = api.composite(
        *(sub(f"c{n}", "POST", "composite/sobjects", body=rows(n * 200)) for n in range(5))
    )
    assert sum(o["success"] for r in responses for o in r["body"]) == 1000
    assert api.soql("SELECT COUNT() FROM Contact").json()["totalSize"] == 1000


def test_each_graph_succeeds_or_fails_as_a_whole(sf, api):
    def graph(name: str, *subrequests: dict[str, object]) -> dict[str, object]:
        return {"graphId": name, "compositeRequest": list(subrequests)}

    acme = sub("a", "POST", "sobjects/Account", body={"Name": "Acme"})
    good = sub("c", "POST", "sobjects/Contact", body={"LastName": "A", "AccountId": "@{a.id}"})
    bad = sub("c", "POST", "sobjects/Contact", body={})
    body = {"graphs": [graph("one", acme, good), graph("two", acme, bad)]}
    first, second = api("POST", "composite/graph", json=body).json()["graphs"]
    assert (first["graphId"], first["isSuccessful"]) == ("one", True)
    assert second["isSuccessful"] is False
    halted = second["graphResponse"]["compositeResponse"][0]
    assert halted["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert len(sf.rows("Account")) == len(sf.rows("Contact")) == 1


def test_a_batch_carries_independent_calls(sf, api):
    def part(method: str, path: str, **more: object) -> dict[str, object]:
        return {"method": method, "url": f"v66.0/{path}", **more}

    parts = [
        part("POST", "sobjects/Contact", richInput={"LastName": "A"}),
        part("POST", "sobjects/Contact", richInput={}),
        part("GET", "query?q=SELECT+Id+FROM+Contact"),
    ]
    body = api("POST", "composite/batch", json={"batchRequests": parts}).json()
    assert body["hasErrors"] is True
    assert [result["statusCode"] for result in body["results"]] == [201, 400, 200]
    assert body["results"][2]["result"]["totalSize"] == 1
    halting = {"batchRequests": parts, "haltOnError": True}
    body = api("POST", "composite/batch", json=halting).json()
    assert [result["statusCode"] for result in body["results"]] == [201, 400, 400]


def test_composites_do_not_nest(api, refused):
    nested = sub("a", "POST", "composite", body={"compositeRequest": []})
    assert refused(api("POST", "composite", json={"compositeRequest": [nested]}))[0] == 400
