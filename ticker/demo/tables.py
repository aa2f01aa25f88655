"""The tables of the other banks as bytes, each in the form of the real one (seen 2026)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from ticker.demo.pages import Row
from ticker.model import DAY

# ISO 4217 number, and CBR's id where it has the currency.
_CODES: Mapping[str, tuple[str, str]] = {
    "AED": ("784", "R01230"),
    "AMD": ("051", "R01060"),
    "BYN": ("933", "R01090B"),
    "CHF": ("756", "R01775"),
    "CNY": ("156", "R01375"),
    "EUR": ("978", "R01239"),
    "GBP": ("826", "R01035"),
    "GEL": ("981", "R01210"),
    "INR": ("356", "R01270"),
    "JPY": ("392", "R01820"),
    "KGS": ("417", "R01370"),
    "KZT": ("398", "R01335"),
    "RUB": ("643", ""),
    "TJS": ("972", "R01670"),
    "TRY": ("949", "R01700J"),
    "USD": ("840", "R01235"),
    "UZS": ("860", "R01717"),
}
_NBRB_IDS = {
    "AED": 513, "AMD": 510, "CHF": 426, "CNY": 462, "EUR": 451, "GBP": 429, "INR": 511, "JPY": 508, "KGS": 458,
    "KZT": 459, "RUB": 456, "TRY": 460, "USD": 431,
}  # fmt: skip
_CBR_CURRENCIES = {id_: currency for currency, (_, id_) in _CODES.items() if id_}

_CBR_HEAD = '<?xml version="1.0" encoding="windows-1251"?>'
CBR_ERROR = b'<?xml version="1.0" encoding="windows-1251"?><ValCurs>Error in parameters</ValCurs>'
NBK_NOTHING = b"""<?xml version="1.0" encoding="utf-8"?>
<rates>
    <generator>Demonstration</generator>
</rates>
"""


def cbr(day: date, rows: Sequence[Row]) -> bytes:
    """XML_daily.asp: windows-1251, decimal comma, DD.MM.YYYY, the price of one unit beside that of the nominal."""
    items = "".join(
        f'<Valute ID="{_CODES[row.currency][1]}"><NumCode>{_CODES[row.currency][0]}</NumCode>'
        f"<CharCode>{row.currency}</CharCode>{_nominal_and_value(row, '<Name>Вымышленный курс</Name>')}</Valute>"
        for row in rows
    )
    head = f'{_CBR_HEAD}<ValCurs Date="{day:%d.%m.%Y}" name="Foreign Currency Market">'
    return f"{head}{items}</ValCurs>".encode("windows-1251")


def cbr_archive(currency: str, first: date, last: date, listed: Iterable[tuple[date, Row]]) -> bytes:
    """XML_dynamic.asp: one currency by days, oldest first."""
    id_ = _CODES[currency][1]
    items = "".join(
        f'<Record Date="{day:%d.%m.%Y}" Id="{id_}">{_nominal_and_value(row)}</Record>' for day, row in listed
    )
    days = f'DateRange1="{first:%d.%m.%Y}" DateRange2="{last:%d.%m.%Y}"'
    head = f'{_CBR_HEAD}<ValCurs ID="{id_}" {days} name="Foreign Currency Market Dynamic">'
    return f"{head}{items}</ValCurs>".encode("windows-1251")


def cbr_currency(id_: str) -> str | None:
    return _CBR_CURRENCIES.get(id_)


def nbk(day: date, rows: Sequence[Row]) -> bytes:
    """get_rates.cfm: UTF-8, decimal point, no zeros at the end, DD.MM.YYYY once for the table."""
    items = "".join(
        f"""
    <item>
        <fullname>ВЫМЫШЛЕННЫЙ КУРС</fullname>
        <title>{row.currency}</title>
        <description>{_shortest(row.figure)}</description>
        <quant>{row.nominal}</quant>
        <index></index>
        <change>0.00</change>
    </item>"""
        for row in rows
    )
    return f"""<?xml version="1.0" encoding="utf-8"?>
<rates>
    <generator>Demonstration</generator>
    <title>Official exchange rates: invented</title>
    <date>{day:%d.%m.%Y}</date>
{items}
</rates>
""".encode()


def cbu(day: date, rows: Sequence[Row]) -> bytes:
    """json/all: every value a string, escapes for what is not ASCII, DD.MM.YYYY in each."""
    return json.dumps(
        [
            {
                "id": nth,
                "Code": _CODES[row.currency][0],
                "Ccy": row.currency,
                "CcyNm_RU": "Вымышленный курс",
                "CcyNm_EN": "Invented rate",
                "Nominal": str(row.nominal),
                "Rate": f"{row.figure:f}",
                "Diff": "0",
                "Date": f"{day:%d.%m.%Y}",
            }
            for nth, row in enumerate(rows, 1)
        ],
        separators=(",", ":"),
    ).encode()


def nbt(day: date, rows: Sequence[Row]) -> bytes:
    """export_xml.php: laid out like CBR's table, with a decimal point, in UTF-8, YYYY-MM-DD."""
    items = "".join(
        f"""<Valute ID="{_CODES[row.currency][0]}">
   <CharCode>{row.currency}</CharCode>
   <Nominal>{row.nominal}</Nominal>
   <Name>Invented rate</Name>
   <Value>{row.figure:f}</Value>
</Valute>
"""
        for row in rows
    )
    return f"""<?xml version="1.0" encoding="utf-8" ?>
<ValCurs Date="{day}" name="Foreign Currency Market">
{items}</ValCurs>
""".encode()


def nbrb(day: date, rows: Sequence[Row]) -> bytes:
    """rates?periodicity=0: figures are numbers with their zeros, the day as a moment in each."""
    items = ",".join(
        f'{{"Cur_ID":{_NBRB_IDS[row.currency]},"Date":"{day}T00:00:00","Cur_Abbreviation":"{row.currency}",'
        f'"Cur_Scale":{row.nominal},"Cur_Name":"Вымышленный курс","Cur_OfficialRate":{row.figure:f}}}'
        for row in rows
    )
    return f"[{items}]".encode()


def nbg(day: date, rows: Sequence[Row]) -> bytes:
    """currencies: one table in an array; each row also names the evening on which it was set."""
    items = ",".join(
        f'{{"code":"{row.currency}","quantity":{row.nominal},"rateFormated":"{row.figure:f}","diffFormated":"0.0000",'
        f'"rate":{row.figure:f},"name":"გამოგონილი კურსი","diff":0,"date":"{day - DAY}T17:01:00.000Z",'
        f'"validFromDate":"{day}T00:00:00.000Z"}}'
        for row in rows
    )
    return f'[{{"date":"{day}T00:00:00.000Z","currencies":[{items}]}}]'.encode()


def ecb(day: date, rows: Sequence[Row]) -> bytes:
    """eurofxref-daily.xml: units of a currency for one euro, attributes in single quotes, two namespaces."""
    items = "".join(f"\t\t\t<Cube currency='{row.currency}' rate='{row.figure:f}'/>\n" for row in rows)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" \
xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
\t<gesmes:subject>Reference rates</gesmes:subject>
\t<gesmes:Sender>
\t\t<gesmes:name>Demonstration</gesmes:name>
\t</gesmes:Sender>
\t<Cube>
\t\t<Cube time='{day}'>
{items}\t\t</Cube>
\t</Cube>
</gesmes:Envelope>""".encode()


def _nominal_and_value(row: Row, between: str = "") -> str:
    unit = _shortest(row.figure / row.nominal)
    value, unit = (text.replace(".", ",") for text in (f"{row.figure:f}", unit))
    return f"<Nominal>{row.nominal}</Nominal>{between}<Value>{value}</Value><VunitRate>{unit}</VunitRate>"


def _shortest(figure: Decimal) -> str:
    text = f"{figure:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
