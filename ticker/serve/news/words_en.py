"""English: the words that compare titles."""

from __future__ import annotations

import re
from functools import cache

from ticker.serve.news.lexicon import Lexicon, aliases, categories, numerals, word_set
from ticker.serve.news.stems import english

ENGLISH = Lexicon(
    stem=cache(english),
    stop_words=word_set(
        "a an the and or but of to in on at by for from with without into over under after before about as is"
        " are was were be been being has have had do does did will would can could may might must should its it"
        " this that these those his her their our your my he she they we you who whom what which when where why"
        " how than then there here out up down off more most some any all no not new news says said say video"
        " photo live breaking update exclusive report reports today now amid via per one also just still yet"
        " between against during until while country president prime minister ministry government city region"
        " district deputy head chief first people mr mrs ms"
    ),
    not_names=word_set(
        "parliament mps mp lawmakers court police rescuers authorities officials experts teachers doctors"
        " farmers schools school students fire earthquake accident road prices price budget central bank airline"
        " airport exports imports power water gold oil gas border protest workers residents man woman children"
        " former solar world law state health tax taxes rates rate weather snow rain flood mudflow inflation gdp"
    ),
    negation=re.compile(r"not|no|never|without|nobody|none|nor|neither|cannot|\w+n't|den(?:y|ies|ied)|refut\w+"),
    numerals=numerals(
        "2 two, 3 three, 4 four, 5 five, 6 six, 7 seven, 8 eight, 9 nine, 10 ten, 11 eleven, 12 twelve, 13"
        " thirteen, 14 fourteen, 15 fifteen, 20 twenty, 30 thirty, 40 forty, 50 fifty, 100 hundred"
    ),
    categories=categories(
        month="january ~ february ~ march$ ~ april ~ may$ ~ june ~ july ~ august ~ september ~ october ~ november"
        " ~ december",
        weekday="monday ~ tuesday ~ wednesday ~ thursday ~ friday ~ saturday ~ sunday",
        day="yesterday ~ today ~ tomorrow",
        money="dollar|usd ~ euro|eur$ ~ som$|soms$|kgs ~ rubl|roubl|rub$ ~ tenge|kzt ~ yuan|cny",
        way="rise|rising|rose$|grow|grew|increas|gain|climb(?:s|ed|ing)?$|strengthen|higher|jump|soar|surg"
        " ~ fall|fell|drop|decreas|declin|weaken|lower|slump|plung|shrink|shrank|cut",
        gate="open ~ clos|shut",
        verdict="approv|adopt|accept|pass(?:es|ed)?$ ~ reject|refus|block|veto",
        outcome="wins?$|won$|winn|beats?$|defeat|victor ~ los[et]|lost$",
        fate="arrest|detain|jail ~ releas|free[ds]?$|acquit",
        side="north ~ south ~ east ~ west",
        who="teacher ~ doctor|medic[s]?$|nurse ~ pensioner|retire ~ student ~ pupil|schoolchild ~ driver ~ miner"
        " ~ police ~ soldier|troops|guard ~ farmer|herder ~ m[ae]n$ ~ wom[ae]n ~ child|kids?$|boys?$|girls?$",
    ),
    aliases=aliases(
        Kyrgyzstan=r"\b(?:the )?Kyrgyz Republic\b", USA=r"\bU\.S\.(?:A\.)?|\bUS\b|\bUnited States\b",
        Britain=r"\bUK\b|\bU\.K\.|\bUnited Kingdom\b", EU=r"\bEuropean Union\b", UN=r"\bUnited Nations\b|\bU\.N\.",
    ),
    grouped_by_comma=True,
)  # fmt: skip
