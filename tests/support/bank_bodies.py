"""Small bodies of our own in the formats of each bank beside NBKR, from rows as they would be printed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import NamedTuple


class Row(NamedTuple):
    """What a bank prints of a currency: everything as text."""

    currency: str
    nominal: str
    quoted: str


USD, EUR = Row("USD", "1", "80.1234"), Row("EUR", "1", "92.5600")
Make = Callable[[str, list[Row]], bytes]


def cbr(day: str, rows: list[Row]) -> bytes:
    made = "".join(
        f'<Valute ID="R0"><NumCode>0</NumCode><CharCode>{row.currency}</CharCode><Nominal>{row.nominal}</Nominal>'
        f"<Name>x</Name><Value>{row.quoted.replace('.', ',')}</Value></Valute>"
        for row in rows
    )
    head = '<?xml version="1.0" encoding="windows-1251"?>'
    return f'{head}<ValCurs Date="{day}" name="Foreign Currency Market">{made}</ValCurs>'.encode("cp1251", "replace")


def cbr_archive(figures: Mapping[str, str], id_: str = "R01235", nominal: str = "1") -> bytes:
    """The page of a currency: figures by day, DD.MM.YYYY."""
    made = "".join(
        f'<Record Date="{day}" Id="{id_}"><Nominal>{nominal}</Nominal><Value>{figure}</Value></Record>'
        for day, figure in figures.items()
    )
    head = (
        f'<ValCurs ID="{id_}" DateRange1="01.03.2026" DateRange2="31.03.2026" name="Foreign Currency Market Dynamic">'
    )
    return f'<?xml version="1.0" encoding="windows-1251"?>{head}{made}</ValCurs>'.encode()


def nbk(day: str, rows: list[Row]) -> bytes:
    made = "".join(
        f"<item><fullname>ВАЛЮТА</fullname><title>{row.currency}</title><description>{row.quoted}</description>"
        f"<quant>{row.nominal}</quant><index>UP</index><change>0.01</change></item>"
        for row in rows
    )
    head = '<?xml version="1.0" encoding="utf-8"?>\n<rates><generator>Alternate RSS Builder</generator>'
    return f"{head}<date>{day}</date>{made}</rates>".encode()


def nbt(day: str, rows: list[Row]) -> bytes:
    made = "".join(
        f'<Valute ID="0"><CharCode>{row.currency}</CharCode><Nominal>{row.nominal}</Nominal><Name>x</Name>'
        f"<Value>{row.quoted}</Value></Valute>"
        for row in rows
    )
    head = '<?xml version="1.0" encoding="utf-8" ?>'
    return f'{head}<ValCurs Date="{day}" name="Foreign Currency Market">{made}</ValCurs>'.encode()


def cbu(day: str, rows: list[Row]) -> bytes:
    return json.dumps(
        [{"id": 1, "Ccy": row.currency, "Nominal": row.nominal, "Rate": row.quoted, "Date": day} for row in rows]
    ).encode()


def nbrb(day: str, rows: list[Row]) -> bytes:
    made = (
        f'{{"Cur_ID":1,"Date":"{day}","Cur_Abbreviation":{json.dumps(row.currency)},"Cur_Scale":{row.nominal},'
        f'"Cur_OfficialRate":{row.quoted}}}'
        for row in rows
    )
    return f"[{','.join(made)}]".encode()


def nbrb_archive(figures: Mapping[str, str], id_: str = "431") -> bytes:
    """The page of a currency: figures by day, YYYY-MM-DD."""
    made = (
        f'{{"Cur_ID":{id_},"Date":"{day}T00:00:00","Cur_OfficialRate":{figure}}}' for day, figure in figures.items()
    )
    return f"[{','.join(made)}]".encode()


def nbg(day: str, rows: list[Row]) -> bytes:
    made = (
        f'{{"code":{json.dumps(row.currency)},"quantity":{row.nominal},"rate":{row.quoted},'
        f'"date":"2026-02-27T17:01:00.093Z","validFromDate":"{day}"}}'
        for row in rows
    )
    return f'[{{"date":"{day}","currencies":[{",".join(made)}]}}]'.encode()


def ecb(day: str, rows: list[Row]) -> bytes:
    """Figures are units of the currency for one euro; nominals are not printed."""
    made = "".join(f"<Cube currency='{row.currency}' rate='{row.quoted}'/>" for row in rows)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" '
        'xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><gesmes:subject>Reference rates</gesmes:subject>'
        f"<Cube><Cube time='{day}'>{made}</Cube></Cube></gesmes:Envelope>"
    ).encode()


class Format(NamedTuple):
    """How a bank's table is made, and Tuesday 3 March 2026 as it prints it."""

    make: Make
    day: str
    other: Row = EUR

    def table(self, *rows: Row) -> bytes:
        return self.make(self.day, list(rows or (USD, self.other)))


FORMATS: Mapping[str, Format] = {
    "CBR": Format(cbr, "03.03.2026"),
    "NBK": Format(nbk, "03.03.2026"),
    "CBU": Format(cbu, "03.03.2026"),
    "NBT": Format(nbt, "2026-03-03"),
    "NBRB": Format(nbrb, "2026-03-03T00:00:00"),
    "NBG": Format(nbg, "2026-03-03T00:00:00.000Z"),
    "ECB": Format(ecb, "2026-03-03", Row("CNY", "1", "8.0512")),
}

ARCHIVE_PAGES: Mapping[str, bytes] = {
    "CBR": cbr_archive({"03.03.2026": "77,1734", "04.03.2026": "77,6093"}),
    "NBRB": nbrb_archive({"2026-03-03": "2.9463", "2026-03-04": "2.9500"}),
}

ECB_COLUMNS = b"Date, USD, CNY, \n03 March 2026, 1.1636, 8.0512, \n"
ECB_HISTORY = b"Date,USD,RUB\n2026-03-02,1.1700,N/A\n2026-03-03,1.1636,N/A\n"
ECB_SERIES = b"FREQ,CURRENCY,TIME_PERIOD,OBS_VALUE\nD,USD,2026-03-02,1.1700\nD,USD,2026-03-03,1.1636\n"
