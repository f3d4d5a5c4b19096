# SPDX-License-Identifier: Apache-2.0
"""What bench_accept sends: one whole frame a department as load.c wants it, with marks where each record differs."""
import json

NUMBER, PERSON, BATCH = "#" * 12, "@" * 18, "~" * 12
RECORDS = 1000

# Four departments, records of 300 bytes.
RECORD = {
    "medical": ("medical.settlements", {
        "settlement_no": f"320681-2024-{NUMBER}", "resident_id": PERSON, "hospital": "启东市人民医院（启东市第一人民医院）住院部普通外科二病区二组",
        "admitted_on": "2024-05-02", "settled_on": "2024-05-20", "total": "12345.67", "fund_paid": "9000.00", "self_paid": "3345.67"}),
    "tax": ("tax.income", {
        "resident_id": PERSON, "payer": f"江苏省南通市启东市吕四港镇海洋工程装备制造有限责任公司汇龙镇第二分公司综合管理部财务科薪酬与福利组 {NUMBER}",
        "item": "wage", "month": "2024-04", "to_month": "2024-05", "gross": "12345.67", "tax": "345.67"}),
    "bank": ("bank.balances", {
        "institution": "江苏启东农村商业银行股份有限公司汇龙支行", "account_no": f"6228480398{NUMBER}", "resident_id": PERSON, "class": "deposit",
        "as_of": "2024-05-31", "balance": "12345.67", "authorisation_no": "HD-320681-2024-0512-000417", "authorised_until": "2025-05-31"}),
    "education": ("education.fees", {
        "payment_no": f"320681-2024-{NUMBER}", "resident_id": PERSON, "school": "江苏省南通市启东市汇龙中学高中部南校区（江苏省启东中学附属实验学校）走读部学生资助管理中心收费窗口一",
        "level": "senior", "paid_on": "2024-03-01", "amount": "1850.00"}),
}


def record(department):
    return json.dumps(RECORD[department][1], ensure_ascii=False, separators=(",", ":"))


def frame(department):
    """A batch of a thousand records in its envelope."""
    head = {"specversion": "1.0", "id": f"B{BATCH}", "source": f"/departments/{department}", "type": "plimsoll.feed.batch.v1",
            "subject": RECORD[department][0], "time": "2024-06-30T08:00:00Z", "datacontenttype": "application/json"}
    records = ",".join([record(department)] * RECORDS)
    return (json.dumps(head, ensure_ascii=False)[:-1] + ',"data":{"records":[' + records + "]}}").encode()


if __name__ == "__main__":
    for d in RECORD:
        print(d, len(record(d).encode()))
