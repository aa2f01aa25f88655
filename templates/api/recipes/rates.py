import json
from decimal import Decimal
from urllib.request import urlopen

with urlopen("https://rates.example/api/v1/rates?currencies=USD,EUR,RUB", timeout=10) as answer:
    rates = json.load(answer)

for rate in rates["rates"]:
    if rate["value"] is None:  # no rate may be shown
        print(rate["currency"], "no official rate:", rate["freshness"])
    else:  # never float: 0.1 has no exact binary value
        value, late = Decimal(rate["value"]), " (late)" if rate["freshness"] != "fresh" else ""
        print(f"{rate['currency']} {value} {rates['home']}, official for {rate['valid_on']}{late}")
