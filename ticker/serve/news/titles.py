"""What a title says, as far as it can be told without understanding it (pure): stems, numbers, names, negation.

It errs to one side: two titles may be taken to say different things although they say the same, for a wrong "related"
is worse than none. No library stems Kyrgyz; Russian follows Snowball (snowballstem.org/algorithms/russian).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from typing import Literal

Run = tuple[str, ...]
"""One name: the stems of capitalised words that follow each other; the last is a surname, or the place itself."""

Capital = Literal["", "first", "inner"]
"""How a word stands: small, as the first of a sentence, or with a capital of its own."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one title says. `lower` and `unsure` are words by their capital: small ones, and those whose capital tells
    nothing, since they begin a sentence or all words are written so."""

    stems: frozenset[str]  # without numbers and words of no weight
    telling: frozenset[str]  # of them those that half the news at home does not have
    numbers: frozenset[str]
    negated: bool
    names: frozenset[Run]
    unsure: frozenset[str]
    lower: frozenset[str]
    places: frozenset[str]  # adjectives, which Russian writes small: "ошские школьники"
    kinds: frozenset[tuple[str, str]]  # months, weekdays, currencies, directions…: ("month", "5")


@dataclass(frozen=True, slots=True)
class _Word:
    text: str  # folded
    capital: bool
    begins: bool  # a sentence
    follows: bool  # the word before it without a mark between
    stem: str
    weighs: bool


_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_HOME = re.compile("kyrgyz|bishkek|кыргыз|киргиз|бишкек")
_MARK = re.compile(r"[.!?:…»“”\"|]|\s[–—-]\s")


@lru_cache(8192)
def read(title: str, language: str) -> Said:
    """What `title` says in `language`; of a language that is not en, ru or ky only what needs no knowledge of it."""
    tongue = _TONGUES.get(language, _NO_TONGUE)
    text = unicodedata.normalize("NFKC", title).replace("\u0301", "").replace("ё", "е").replace("Ё", "Е")
    text = tongue.alike(text)
    numbers, rest = _numbers(text, tongue)
    words = list(_words(rest, tongue))
    weighty = [word for word in words if word.weighs]
    shouted = _capitals_tell_nothing(words)
    doubtful = (word for word in weighty if word.capital and (shouted or word.begins))
    return Said(
        stems=frozenset(word.stem for word in weighty),
        telling=frozenset(word.stem for word in weighty if not _HOME.match(word.text)),
        numbers=numbers,
        negated=any(tongue.negation.fullmatch(word.text) for word in words),
        names=frozenset() if shouted else frozenset(_runs(words)),
        unsure=frozenset(word.stem for word in doubtful if word.text not in tongue.no_names),
        lower=frozenset(word.stem for word in words if not word.capital),
        places=frozenset(word.stem for word in weighty if tongue.place and tongue.place.fullmatch(word.text)),
        kinds=frozenset(kind for word in words for kind in tongue.kinds_of(word.text)),
    )


def _words(text: str, tongue: _Tongue) -> Iterator[_Word]:
    end, begins, quoted = 0, True, False
    for found in _WORD.finditer(text):
        between = text[end : found.start()]
        begins = begins or bool(_MARK.search(between)) or "«" in between
        quoted = between == "-"  # the second half of a name as Jalal-Abad
        printed, small = found[0], found[0].casefold().replace("’", "'")
        capital = printed[0].isupper()
        # Of two letters only abbreviations weigh, and Osh, which many titles are about.
        weighs = (
            small not in tongue.light
            and small not in tongue.counted
            and (len(small) > 2 or printed.isupper() or small == "ош")
        )
        stem = tongue.stem(small, "" if not capital else "first" if begins else "inner")
        yield _Word(small, capital, begins, quoted or between in (" ", "\u00a0"), stem, weighs)
        end, begins = found.end(), False


def _capitals_tell_nothing(words: list[_Word]) -> bool:
    """Whether it is a Title In Which Most Words Begin So, or one in capitals."""
    inner = [word.capital for word in words if not word.begins and len(word.text) > 3]
    return len(inner) > 2 and sum(inner) > 0.7 * len(inner)


def _runs(words: list[_Word]) -> Iterator[Run]:
    """The names: a word that begins a sentence belongs to one only where another capital follows it at once."""
    run: list[_Word] = []
    for word in [*words, None]:
        if word and word.capital and word.follows and run and not word.begins:
            run.append(word)
            continue
        if any(not one.begins for one in run) and (stems := tuple(one.stem for one in run if one.weighs)):
            yield stems
        run = [word] if word and word.capital else []


# --- numbers

_GROUPED = r"\d{1,3}(?:[ \u202f]\d{3})+(?!\d)"
_NUMBER = re.compile(
    rf"(?P<sign>(?<!\S)[-−–](?=\d))?(?P<figure>(?:{_GROUPED}|\d+)(?:[.,]\d+)*(?:(?:[:/]|[-–−](?=\d))\d+(?:[.,]\d+)*)*)"
    r"(?P<many>[ \u202f-]?(?:тыс|млн|млрд|трлн|(?:тысяч|миң|миллион|миллиард|триллион)[а-яңөү]*"
    r"|mln|million|bn|billion|thousand|trillion)\b)?",
    re.IGNORECASE,
)
_MANY = (
    ("тыс", 3), ("миң", 3), ("thousand", 3), ("млн", 6), ("миллион", 6), ("mln", 6), ("million", 6), ("млрд", 9),
    ("миллиард", 9), ("bn", 9), ("billion", 9), ("трлн", 12), ("триллион", 12), ("trillion", 12),
)  # fmt: skip


def _numbers(text: str, tongue: _Tongue) -> tuple[frozenset[str], str]:
    """The numbers of a title in one form, and what is left of it. "5 млн" is 5000000, "пять" is 5."""
    found: set[str] = set()

    def take(match: re.Match[str]) -> str:
        found.add(("-" if match["sign"] else "") + _plain(match["figure"], match["many"] or "", tongue))
        return " \u2022 "

    rest = _NUMBER.sub(take, text)
    found |= {tongue.counted[word] for word in _WORD.findall(rest.casefold()) if word in tongue.counted}
    return frozenset(found), rest


def _plain(figure: str, many: str, tongue: _Tongue) -> str:
    figure = re.sub(r"[\s\u202f]", "", figure).replace("–", "-").replace("−", "-")
    if tongue.grouped_by_comma and re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", figure):
        figure = figure.replace(",", "")
    if not re.fullmatch(r"\d+([.,]\d+)?", figure) or len(figure) > 30:
        return figure  # a date, a time, a score, a range: as it stands
    name = many.strip(" \u202f-").casefold()
    exponent = next((power for word, power in _MANY if name.startswith(word)), 0)
    value = Decimal(figure.replace(",", ".")).scaleb(exponent).normalize()
    return f"{value:f}"


# --- stems


def _english(word: str, _: Capital) -> str:
    word = re.sub(r"'s?$|n't$", "", word)
    if len(word) <= 3:
        return word
    word = re.sub(r"ies$", "y", word)
    word = (
        re.sub(r"(?<=[sxz])es$|(?<=[cs]h)es$", "", word) if word.endswith("es") else re.sub(r"(?<![sui])s$", "", word)
    )
    for ending in ("ing", "ed"):
        base = word.removesuffix(ending)
        if base != word and len(base) > 2 and re.search("[aeiouy]", base):
            word = re.sub(r"([bdgmnprt])\1$", r"\1", base)
            break
    return re.sub(r"(?<=\w\w\w)(?:e|(?<=[^aeiou])y)$", lambda found: "i" if found[0] == "y" else "", word)


_GERUND = re.compile(r"(?:(?<=[ая])(?:в|вши|вшись)|(?:ив|ивши|ившись|ыв|ывши|ывшись))$")
_ADJECTIVE = "(?:ее|ие|ые|ое|ими|ыми|ей|ий|ый|ой|ем|им|ым|ом|его|ого|ему|ому|их|ых|ую|юю|ая|яя|ою|ею)$"
_PARTICIPLE = re.compile("(?:(?<=[ая])(?:ем|нн|вш|ющ|щ)|(?:ивш|ывш|ующ))$")
_VERB = re.compile(
    "(?:(?<=[ая])(?:ла|на|ете|йте|ли|й|л|ем|н|ло|но|ет|ют|ны|ть|ешь|нно)|(?:ила|ыла|ена|ейте|уйте|ите|или|ыли|ей|уй|ил"
    "|ыл|им|ым|ен|ило|ыло|ено|ят|ует|уют|ит|ыт|ены|ить|ыть|ишь|ую|ю))$"
)
_NOUN = re.compile(
    "(?:а|ев|ов|ие|ье|е|иями|ями|ами|еи|ии|и|ией|ей|ой|ий|й|иям|ям|ием|ем|ам|ом|о|у|ах|иях|ях|ы|ь|ию|ью|ю|ия|ья|я)$"
)
_CASE = "(?:а|у|ым|ом|е|ой|ы|ых|ыми)?"
_NAMES: Mapping[Capital, re.Pattern[str]] = {
    "": re.compile("(?!)"),
    "first": re.compile(rf"(.{{2,}}(?:[ое]в|[иы]н|стан|баткен)){_CASE}"),  # a first word may be a verb: Задержан…
    "inner": re.compile(rf"(.{{2,}}(?:[ое]в|[аеиыя]н)){_CASE}"),
}


def _russian(word: str, capital: Capital) -> str:
    """Snowball's steps; a name first loses its case, so that Жапарова and Жапаровым are one, and one that is an
    adjective its ending: Баткенская is of Баткен. Ошская is not of Ош: city and province differ."""
    stem = _snowball(word, capital)
    if capital and stem.endswith("ск") and len(stem) > 5:
        return _snowball(stem.removesuffix("ск"), "inner")
    return stem


def _snowball(word: str, capital: Capital) -> str:
    if name := _NAMES[capital].fullmatch(word):
        word = name[1]
        if word.endswith(("ан", "ян", "ен")):  # which a verb could end in
            return word
    vowel = re.search("[аеиоуыэюя]", word)
    if not vowel:
        return word
    head, tail = word[: vowel.end()], word[vowel.end() :]
    shorter = _GERUND.sub("", tail)
    if shorter == tail:
        tail = re.sub("с[яь]$", "", tail)
        shorter = re.sub(_ADJECTIVE, "", tail)
        if shorter != tail:
            shorter = _PARTICIPLE.sub("", shorter)
        else:
            shorter = _VERB.sub("", tail)
            shorter = _NOUN.sub("", tail) if shorter == tail else shorter
    tail = re.sub("и$", "", shorter)
    tail = re.sub(r"(?<=\w\w)ость?$", "", tail)
    tail = re.sub("ейше?$", "", tail)
    return head + re.sub("(?<=н)н$|ь$", "", tail)


_OSH = re.compile("ош(?:то|ко|тон|тун|ту|тогу)?|оше|оша|ошу|ошем")
_KYRGYZ = re.compile(
    "(?:[лдт][аеоө]р|[нтд][ыиуү]н|[нтд][ыиуү]|[гк][аеоө]|[дт][аеоө]н?|[дт][аеоө]г[ыиуү]|[сш]?[ыиуү](?=н?$)|[ыиуү]н[аеоөдт]*"
    "|[гк][аеоө]н|[ыиуү]п|[аеоө]т|й?т|[ыиуү]ш[тк]?|[чл][ыиуү]к|[ыиуү]л|л[аеоө]|ч[ыиуү]|[ыиуү]м)$"
)


def _kyrgyz(word: str, _: Capital) -> str:
    """Up to four endings, as long as three letters remain."""
    if _OSH.fullmatch(word):
        return "ош"
    for _turn in range(4):
        shorter = _KYRGYZ.sub("", word)
        if shorter == word or len(shorter) < 3:
            break
        word = shorter
    return word


# --- what is known of each language


@dataclass(frozen=True, slots=True)
class _Tongue:
    stem: Callable[[str, Capital], str]
    light: frozenset[str]  # words that tell no story from another
    no_names: frozenset[str]  # words that often begin a title and are nobody's name
    negation: re.Pattern[str]
    counted: Mapping[str, str]
    kinds: tuple[tuple[re.Pattern[str], tuple[str, str]], ...]
    aliases: tuple[tuple[re.Pattern[str], str], ...] = ()
    place: re.Pattern[str] | None = None
    grouped_by_comma: bool = False

    def alike(self, text: str) -> str:
        """Abbreviations and what they stand for, written in one way."""
        for pattern, name in self.aliases:
            text = pattern.sub(name, text)
        return text

    def kinds_of(self, word: str) -> tuple[tuple[str, str], ...]:
        return _kinds(self.kinds, word)


@lru_cache(16384)
def _kinds(kinds: tuple[tuple[re.Pattern[str], tuple[str, str]], ...], word: str) -> tuple[tuple[str, str], ...]:
    return tuple(kind for pattern, kind in kinds if pattern.match(word))


def _kinds_from(**groups: str) -> tuple[tuple[re.Pattern[str], tuple[str, str]], ...]:
    """From `month="январ | феврал"`: words that begin so, each member of the group after its place."""
    return tuple(
        (re.compile(f"(?:{member.strip()})"), (group, str(nth)))
        for group, members in groups.items()
        for nth, member in enumerate(members.split(" ~ "))
    )


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _counted(words: str) -> Mapping[str, str]:
    """From `2 two both, 3 three`."""
    return {word: number for number, *names in map(str.split, words.split(",")) for word in names}


def _aliases(**names: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), name.replace("_", " ")) for name, pattern in names.items())


_NO_TONGUE = _Tongue(lambda word, _: word, frozenset(), frozenset(), re.compile("(?!)"), {}, ())

_TONGUES: Mapping[str, _Tongue] = {
    "en": _Tongue(
        stem=cache(_english),
        light=_listed(
            "a an the and or but of to in on at by for from with without into over under after before about as is"
            " are was were be been being has have had do does did will would can could may might must should its it"
            " this that these those his her their our your my he she they we you who whom what which when where why"
            " how than then there here out up down off more most some any all no not new news says said say video"
            " photo live breaking update exclusive report reports today now amid via per one also just still yet"
            " between against during until while country president prime minister ministry government city region"
            " district deputy head chief first people mr mrs ms"
        ),
        no_names=_listed(
            "parliament mps mp lawmakers court police rescuers authorities officials experts teachers doctors"
            " farmers schools school students fire earthquake accident road prices price budget central bank airline"
            " airport exports imports power water gold oil gas border protest workers residents man woman children"
            " former solar world law state health tax taxes rates rate weather snow rain flood mudflow inflation gdp"
        ),
        negation=re.compile(r"not|no|never|without|nobody|none|nor|neither|cannot|\w+n't|den(?:y|ies|ied)|refut\w+"),
        counted=_counted(
            "2 two, 3 three, 4 four, 5 five, 6 six, 7 seven, 8 eight, 9 nine, 10 ten, 11 eleven, 12 twelve, 13"
            " thirteen, 14 fourteen, 15 fifteen, 20 twenty, 30 thirty, 40 forty, 50 fifty, 100 hundred"
        ),
        kinds=_kinds_from(
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
        aliases=_aliases(
            Kyrgyzstan=r"\b(?:the )?Kyrgyz Republic\b", USA=r"\bU\.S\.(?:A\.)?|\bUS\b|\bUnited States\b",
            Britain=r"\bUK\b|\bU\.K\.|\bUnited Kingdom\b", EU=r"\bEuropean Union\b", UN=r"\bUnited Nations\b|\bU\.N\.",
        ),
        grouped_by_comma=True,
    ),
    "ru": _Tongue(
        stem=cache(_russian),
        light=_listed(
            "и а но или да же ли бы в во на с со к ко у о об обо от из изо за по под над при до для без через между"
            " перед про не ни что чтобы как так это этот эта эти этого этой том тот та те его ее их им ему ей они он"
            " она оно мы вы я кто где когда почему зачем какой какие какая сколько все всех еще уже только также"
            " более менее чем был была было были будет будут есть стал стала стали станет может могут должен можно"
            " нужно из-за после около против республики республика президент президента премьер министр министра"
            " министерство глава главы депутат депутата депутаты депутатов мэр мэра кабмин правительство город города"
            " городе область области район района районе страна страны стране новый новая новые новых новое новую"
            " сегодня видео фото новости срочно рассказал рассказала рассказали сообщил сообщили сообщает заявил"
            " заявила заявили человек людей человека люди год года году лет время"
        ),
        no_names=_listed(
            "парламент парламента суд суда милиция спасатели пожар землетрясение авария дтп учителя учитель врачи"
            " школы школа школу школьники пункт перевал экспорт импорт рост цены цена курс доллар евро рубль сом"
            " золото бюджет закон минфин минздрав минобразования мвд мчс гкнб генпрокуратура нацбанк центробанк"
            " власти эксперты жители погода снег дождь сель вода воду свет газ бензин уголь мясо хлеб дорога трасса"
            " движение рейсы поезд самолет митинг обменки рынок женщина мужчина дети ребенок подросток водитель"
            " житель экс бывший двое трое учетная инфляция ввп налог налоги пенсии пенсия зарплата зарплаты решение"
            " глава народ жогорку кенеш спикер"
        ),
        negation=re.compile(
            "не|нет|ни|без|никто|никого|никогда|ничего|нельзя|невозможно|опровер[гж][а-я]*|отриц[а-я]+|отрицает"
        ),
        counted=_counted(
            "2 два две двух двое двоих двум двумя, 3 три трех трое троих трем тремя, 4 четыре четырех четверо"
            " четверых, 5 пять пяти пятеро пятерых, 6 шесть шести шестеро шестерых, 7 семь семеро семерых, 8 восемь"
            " восьми восьмерых, 9 девять девяти, 10 десять десяти, 11 одиннадцать, 12 двенадцать, 15 пятнадцать, 20"
            " двадцать двадцати, 30 тридцать, 40 сорок, 50 пятьдесят, 100 сто"
        ),
        kinds=_kinds_from(
            month="январ ~ феврал ~ март[а-я]{0,2}$ ~ апрел ~ ма[йяюе]$ ~ июн ~ июл ~ август ~ сентябр ~ октябр ~ ноябр"
            " ~ декабр",
            weekday="понедельник ~ вторник ~ сред[уы]$ ~ четверг ~ пятниц ~ суббот ~ воскресен",
            day="вчера ~ сегодня ~ завтра",
            money="доллар|usd ~ евро$|eur ~ сом(?:а|у|ом|е|ов|ы|ам)?$|kgs ~ рубл|rub ~ тенге|kzt ~ юан|cny",
            way="вырос|вырас|расте|расту|рост[а-я]?$|поднял|подним|повыс|увелич|подорожа|дорожа|укреп"
            " ~ упа[лд]|снизи|сниж|уменьш|подешев|дешев|пониз|понизи|ослаб|сократ|падени|падает",
            gate="откры|откро ~ закры|закро",
            verdict="одобр|принял|приня|утверд|поддерж ~ отклон|отказ|отверг",
            outcome="побед|обыгра|выигра ~ проигра|уступи|пораж",
            fate="задерж|арест ~ освоб|отпуст|оправда",
            side="север ~ юг[аеу]?$|южн ~ восток|восточ ~ запад",
            who="учител|педагог ~ врач|медик|медсест ~ пенсион ~ студент ~ школьник|ученик ~ водител ~ шахтер"
            " ~ милиц|полиц ~ военн|солдат|погранич ~ фермер|чабан ~ мужчин|парень|парня ~ женщин|девуш"
            " ~ ребен|дет(?:и|ей|ям|ьми)$|мальчик|девоч",
        ),
        aliases=_aliases(
            Кыргызстан=r"\bКР\b|\bКыргызск\w+ Республик\w+|\bКиргизи\w+",
            Россия=r"\bРФ\b|\bРоссийск\w+ Федераци\w+", Казахстан=r"\bРК\b", Узбекистан=r"\bРУз\b",
            США=r"\bСоединенны\w+ Штат\w+", ООН=r"\bОбъединенны\w+ Наци\w+",
        ),
        # Adjectives of places are small in Russian: those in -ский that are of none are named.
        place=re.compile(
            r"(?!городск|детск|женск|мужск|сельск|морск|граждан|медицин|человеч|студенч|учитель|родитель|водитель"
            r"|\w*ическ|\w*атск|\w*тельск|банковск|армейск|милицейск|полицейск|судейск|отцовск|заводск|абонентск|ведомств|конкурс"
            r"|парламентск|президентск|адвокатск|спортсмен|автомобил|олимпийск|мусульман|христиан|таксист)"
            r"\w{2,}(?:[сц]к|ецк)(?:ий|ая|ое|ие|ого|ой|ую|их|им|ими|ому|ом)"
        ),
    ),
    "ky": _Tongue(
        stem=cache(_kyrgyz),
        light=_listed(
            "жана менен үчүн да де та те бул ал ошол ушул эле экен деп дейт деди айтты билдирди болду болот болуп"
            " бар боюнча тууралуу кийин чейин жаңы бир өз ар эми кандай эмне ким качан кайда канча эмес жок катары"
            " аркылуу карай каршы тарабынан башка дагы республика республикасынын республикасы президент президенти"
            " президенттин премьер министр министри министрлиги өкмөт шаар шаары шаарында шаарынын облус облусу"
            " облусунда район районунда району өлкө өлкөнүн депутат депутаты депутаттар башчысы төрагасы мэри бүгүн"
            " видео сүрөт жаңылык адам киши жыл жылы жылдын"
        ),
        no_names=_listed(
            "парламент сот милиция өрт жер жол мугалимдер мугалим дарыгерлер мектеп мектептер мектептин окуучулар"
            " баа баасы баалар курс доллар евро рубль сом алтын алтындын бюджет мыйзам экспорт импорт бийлик"
            " эксперттер тургундар аба кар жамгыр сел суу жарык газ көмүр эт нан унаа айдоочулар аял эркек балдар"
            " бала мурдагы эсептик улуттук салык пенсия айлык митинг базар күн өзгөчө жогорку кеңеш төрага спикер"
            " ички"
        ),
        negation=re.compile(
            "эмес|эместигин|эмеспи|жок|жоктугун|жокко|четке|"
            r"(?!көбөй)\w{2,}[бп][аеоө](?:й[мсбт]?\w{0,5}|[дт][ыиуү]\w{0,3}|[гк][аеоө]н\w{0,5}|с[аеоө]\w{0,4}|ш[ыиуү]\w{0,4}|ст[аеоө]н)"
        ),
        counted=_counted(
            "2 эки экиге экөө экини, 3 үч үчөө үчкө, 4 төрт төртөө, 5 беш бешөө бешке, 6 алты алтоо, 7 жети жетөө, 8"
            " сегиз, 9 тогуз, 10 он, 20 жыйырма, 30 отуз, 40 кырк, 50 элүү, 100 жүз"
        ),
        kinds=_kinds_from(
            month="январ|үчтүн ~ феврал ~ март ~ апрел ~ май$|майд|майг ~ июн ~ июл ~ август ~ сентябр ~ октябр ~ ноябр"
            " ~ декабр",
            weekday="дүйшөмбү ~ шейшемби ~ шаршемби ~ бейшемби ~ жума(?:да|га|нын)?$ ~ ишемби ~ жекшемби",
            day="кечээ ~ бүгүн ~ эртең",
            money="доллар|usd ~ евро|eur ~ сом(?:го|дон|ду|дун|ду|доо)?$|kgs ~ рубл|rub ~ теңге|kzt ~ юан|cny",
            way="өст[үө]|өскөн|өсү[шт]|көбөй|жогорула|көтөрүл|кымбатта|чыңдал"
            " ~ төмөндө|азай|арзанда|түштү$|түшкөн|түшөт|кыскар|алсыра",
            gate="ачыл|ачты|ачат|ачуу ~ жабыл|жапты|жабат|жабуу",
            verdict="кабыл|жактыр|бекит|колдо ~ четке",
            outcome="жеңди|жеңип|жеңиш|утту ~ утулду|жеңил",
            fate="кармал|камак ~ бошот|бошону|акта",
            side="түндү[кг] ~ түштү[кг] ~ чыгыш ~ батыш",
            who="мугалим ~ дарыгер|медик ~ пенсионер ~ студент ~ окуучу ~ айдоочу ~ шахтер|кенчи ~ милиц ~ аскер"
            " ~ дыйкан|фермер|чабан ~ эркек|жигит ~ аял|кыз(?:дын|га|ды|дар)?$ ~ бала|балдар|наристе",
        ),
        aliases=_aliases(
            Кыргызстан=r"\bКР\b|\bКыргыз Республика\w*",
            Россия=r"\bРФ\b", АКШ=r"\bАмерика Кошмо Штаттары\b", БУУ=r"\bБириккен Улуттар Уюму\b",
        ),
    ),
}  # fmt: skip
