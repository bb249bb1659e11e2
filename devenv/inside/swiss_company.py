"""Makes the first company of a database Swiss, before it gets its accounts."""

LANGUAGES = ("en_US", "de_CH")
TIMEZONE = "Europe/Zurich"
COMPANY = {
    "name": "Muster Elektro AG",
    "street": "Bahnhofstrasse 12",
    "zip": "8001",
    "city": "Zürich",
    "state_id": "base.state_ch_zh",
    "country_id": "base.ch",
    "currency_id": "base.CHF",
    "phone": "+41 44 668 18 00",
    "email": "info@muster-elektro.example",
    "website": "https://www.muster-elektro.example",
    "vat": "CHE-123.456.788 MWST",
    "company_registry": "CHE-123.456.788",
}


def apply(env):
    """Set country, currency, address, languages and time zone.

    With the country set, the Swiss chart of accounts, taxes and QR-bills install
    themselves when Accounting comes.
    """
    for code in LANGUAGES:
        env["res.lang"]._activate_lang(code)
    company = env.ref("base.main_company")
    values = {
        name: env.ref(value).id if name.endswith("_id") else value
        for name, value in COMPANY.items()
    }
    company.write(values)
    users = env["res.users"].with_context(active_test=False).search([])
    users.partner_id.write({"tz": TIMEZONE})
    env["ir.default"].set("res.partner", "tz", TIMEZONE)
