# ruff: noqa: E501  (a pattern is read best on one line)
"""The shapes of identifiers, and of what looks like one and stays: amounts, dates, sizes.

Every pattern is bounded and starts only where a word starts, so the time is linear in the text.
"""

CURRENCIES = (
    "rs|inr|usd|eur|gbp|cfa|fcfa|f\\.?cfa|xaf|xof|ngn|ghs|kes|ksh|kshs|tzs|ugx|zar|mzn|aoa|brl|cop|mxn|pen|gtq|"
    "ars|clp|crowns?|coronas?|couronnes?|frs?|chf|mad|dzd|tnd|egp|xcd|rupees?|ruppees?|rupaye|dollars?|euros?|pounds?|francs?|naira|cedis?|shillings?|"
    "rand|pesos?|soles|quetzales|lempiras|reais|kwanzas?|meticais|dirhams?|dinars?|lakhs?|lacs?|"
    "crores?|millions?|millones|milh[õo]es|thousand|mille?|bucks"
)
_AMOUNT = r"\d{1,12}(?:[.,' \u00a0\u202f]\d{2,3}){0,5}(?:[.,]\d{1,2})?"
_TOP = (
    "com|org|net|info|biz|edu|gov|int|mil|io|co|ai|app|dev|me|tv|eu|uk|us|in|fr|es|pt|de|it|nl|be|ch|at|"
    "br|mx|ar|cl|pe|gt|cm|ci|sn|ng|gh|ke|tz|ug|za|ma|tn|dz|eg|ru|cn|jp|kr|au|nz|ca|pl|cz|se|no|dk|fi|"
    "gr|ro|hu|ie|lk|bd|pk|ae|sa|tr|ir|site|online|shop|store|xyz|club|link|top|pro|live|mobi|ly|gl|be"
)
INDIA = (
    "AN|AP|AR|AS|BR|CG|CH|DD|DL|DN|GA|GJ|HP|HR|JH|JK|KA|KL|LA|LD|MH|ML|MN|MP|MZ|NL|OD|OR|PB|PY|RJ|"
    "SK|TN|TR|TS|UK|UP|WB"
)
_NUMBERED = (
    "no|nos|num|nr|n°|nº|number|num[ée]ro|n[úu]mero|ref|r[ée]f|reference|r[ée]f[ée]rence|referencia|file|dossier|"
    "expediente|declaration|d[ée]claration|declaraci[óo]n|declara[çc][ãa]o|pedimento|dum|duca|dua|sad|entry|"
    "bill of entry|be|shipping bill|manifest|b/?l|awb|lta|invoice|facture|factura|fatura|plate|"
    "receipt|quittance|recibo|permit|licen[cs]e|passport|passeport|pasaporte|badge|matricule|"
    "account|acct|a/c|compte|cuenta|conta|card|id|token|application|appl|seal|container|truck|vehicle"
)

# Order matters: at one place the first that fits wins, and what stays comes before what goes.
PATTERNS: tuple[tuple[str, str], ...] = (
    ("keep_token", r"⟨[a-z]{1,20}⟩"),
    ("url", r"(?<![^\W_])(?:https?://|ftp://|www\.)[^\s<>⟨⟩\"]{1,2000}"),
    ("email", r"(?<![\w.%+-])[\w.%+'-]{1,64}\s?@\s?[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"),
    (
        "email",
        r"(?<![\w.%+-])[\w.%+-]{1,64}\s?[\[(]\s?(?:at|arobase|arroba)\s?[\])]\s?[\w.-]{1,80}",
    ),
    ("email", r"(?<![\w.%+-])[\w.%+-]{1,64}\sat\s[\w-]{1,63}\sdot\s(?:com|org|net|fr|in|es)\b"),
    ("handle", r"(?<![\w.])@(?=[\w.]{0,37}[^\W\d]{3})[\w.]{2,40}"),
    (
        "url",
        rf"(?<![\w.@-])(?:[a-z0-9-]{{1,63}}\.){{1,5}}(?<=[a-z0-9-]{{3}}\.)(?:{_TOP})(?![\w.-]\w)(?:/[^\s<>⟨⟩\"]{{0,500}})?",
    ),
    ("address", r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]\d)"),
    ("address", r"(?<![\w:])(?:[0-9a-f]{1,4}[:-]){5,7}[0-9a-f]{1,4}(?![\w:])"),
    (
        "keep_money",
        rf"(?<!\w)(?:(?:{CURRENCIES})\.?\s?:?\s?|[$€£¥₹₦]\s?){_AMOUNT}(?:/[-=]+|/(?!\w))?(?:k|m|bn)?(?!\w)",
    ),
    (
        "keep_money",
        rf"(?<![\w.,]){_AMOUNT}(?:k|m|bn)?\s?(?:/[-=]+\s?)?(?:(?:{CURRENCIES}|(?-i:F))(?![^\W_])|[$€£¥₹₦%])",
    ),
    ("keep_money", r"(?<![\w.,/-])[1-9]\d{0,2}(?:\.\d{3}){0,3}\.000(?![\w,/-]|[ .-]\d)"),
    ("keep_money", r"(?<![\w.,/-])\d{1,12}(?:,\d{2,3}){0,5}/[-=]{1,2}(?!\w)"),
    ("keep_money", r"(?<![\w.,/-])\d{1,3}(?:,\d{2,3}){1,5}(?:\.\d{1,2})?(?![\w,]|[-/.]\d)"),
    (
        "keep_date",
        r"(?<![\w./-])(?:\d{1,2}([-/.])\d{1,2}\1(?:19|20)?\d{2}|(?:19|20)\d{2}([-/.])\d{1,2}\2\d{1,2})(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?(?![\w/-])",
    ),
    ("keep_date", r"(?<![\w./-])(?:19|20)\d{2}\s?[-/–]\s?(?:(?:19|20)\d{2}|\d{2})(?![\w/-])"),
    ("keep_range", r"(?<![\w.,/-])[1-9]\d{1,5}\s[-–]\s?[1-9]\d{0,5}00(?![\w,/-]|[ .-]\d)"),
    ("keep_size", r"(?<!\w)\d{1,5}\s?[x*×]\s?\d{1,5}(?!\w)"),
    (
        "masked",
        r"(?<!\w)[xX]{2,}(?:[\s/.-]{1,2}(?:[xX]{2,}|\d{2,4}(?=[/.-]|\s?[xX]{2})))*(?:/\d{2,4})?(?!\w)",
    ),
    ("imo", r"(?<!\w)IMO[\s:.#-]{0,3}(?:no|number|n°|nº)?[\s:.#-]{0,3}\d{6,8}(?!\w)"),
    ("container", r"(?<!\w)[A-Z]{3}[\s-]?[UJZR][\s-]?\d{3}[\s-]?\d{3}[\s-]?\d?(?!\w)"),
    (
        "iban",
        r"(?<!\w)[A-Z]{2}\d{2}(?:[A-Z0-9]{10,30}|(?:[ -][A-Z0-9]{4}){2,7}(?:[ -][A-Z0-9]{1,4})?)(?!\w)",
    ),
    ("declaration", r"(?<!\w)\d{2}[A-Z]{2}[A-Z0-9]{12,15}(?!\w)"),
    (
        "plate",
        rf"(?<!\w)(?-i:(?:{INDIA}))[ .-]{{0,2}}\d{{1,2}}[ .-]{{0,2}}(?-i:[A-Z]{{0,3}})[ .-]{{0,2}}\d{{3,4}}(?!\w)",
    ),
    (
        "plate",
        r"(?<!\w)(?-i:[A-Z]{2}\d{2} ?[A-Z]{3}|[A-Z]{3} ?\d{3}[A-Z]|[A-Z]{3}-\d{3,4}|\d{3,4}[ -][A-Z]{3}|[A-Z]{3}[ -]\d{2,4}[A-Z]|\d{1,4}[ -][A-Z]{2,3}[ -]\d{2})(?!\w)",
    ),
    ("entry", rf"(?<!\w)(?-i:[A-Z])[ -]?\d{{4,6}}(?!\w|[.,]\d|\s?(?:{CURRENCIES})(?!\w))"),
    ("entry", r"(?<!\w)(?-i:DUA|DUM|DUCA|SAD|MRN|DAU|DI|DDU|BL|AWB|LTA)[ -]?\d{4,16}(?!\w)"),
    ("plate", r"(?<!\w)(?-i:[A-Z]{1,3})[ -]\d{2,5}[ -](?-i:[A-Z]{1,3})(?:[ -]\d{1,3})?(?!\w)"),
    (
        "numbered",
        rf"(?<!\w)(?:{_NUMBERED})[.:#]?\s?(?:no|number|n°|nº)?[.:#]?\s?[#:]?\s?(?:[A-Z]{{1,5}}[ /-]?)?\d[\dA-Z/.-]{{3,40}}(?!\w|\s?(?:{CURRENCIES})(?!\w))",
    ),
    (
        "keep_money",
        r"(?<![\w.,/+-])[1-9]\d{0,2}(?:[ \u00a0\u202f]\d{3}){0,2}[ \u00a0\u202f]?000(?![\w,/-]|[ .-]\d)",
    ),
    ("keep_money", r"(?<![\w.,/+-])[1-9]\d{3,5}0{3}(?![\w,/-]|[ .-]\d)"),
    (
        "phone",
        r"(?<![\w.])(?<!\d[,/])(?:\+|\(\+?)?\d(?:[\s().–/-]{0,3}\d){6,17}(?:\s?(?:x|ext\.?)\s?\d{1,6})?(?![\w])",
    ),
    ("number", r"(?<![\w.,])\d(?:[ .-]?\d){6,60}(?!\w)"),
    ("number", r"(?<!\w)\d{7,200}"),
    ("reference", r"(?<![^\W_])[A-Z0-9]{1,40}(?:[-/_][A-Z0-9]{1,40}){0,8}(?![^\W_])"),
)
