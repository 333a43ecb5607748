"""What people write without Waybill: every row of the profiles to SendGrid, nothing checked.

    plain-loop.py FOLDER SINK.json

Prints, as JSON, the processor time of this process for each profile, in nanoseconds.
"""

import csv
import json
import resource
import sys

from sendgrid import SendGridAPIClient

FIELDS = {
    "EMail": "email",
    "FirstName": "first_name",
    "LastName": "last_name",
    "Country": "country",
    "State": "state_province_region",
    "City": "city",
    "PostCode": "postal_code",
}


def spent():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main(folder, sink):
    where = json.load(open(sink))
    client = SendGridAPIClient(where["api_key"], host=where["base_url"]).client
    start = spent()
    profiles = contacts = 0
    batch = []

    def send():
        nonlocal contacts
        client.marketing.contacts.put(request_body={"list_ids": where["lists"], "contacts": batch})
        contacts += len(batch)
        batch.clear()

    names = None
    for part in ("Customer_1.csv", "Customer_2.csv"):
        with open(f"{folder}/{part}", newline="", encoding="utf-8") as file:
            # The second partition has no header row.
            reader = csv.DictReader(file, fieldnames=names)
            for row in reader:
                profiles += 1
                batch.append({name: row[field] for field, name in FIELDS.items() if row[field]})
                if len(batch) == 30_000:
                    send()
            names = reader.fieldnames
    if batch:
        send()
    print(json.dumps({"nanoseconds_per_profile": (spent() - start) * 1e9 / profiles, "contacts": contacts}))


main(*sys.argv[1:])
