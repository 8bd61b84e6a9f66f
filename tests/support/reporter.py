"""A reporter's browser without script, as far as HTTP goes, and what answers must carry."""

import re

HOST = {"Host": "intake.localhost:8080"}
FORM = "application/x-www-form-urlencoded"


class Reporter:
    """Sends what the form would send."""

    def __init__(self, client) -> None:
        self.client = client

    def open(self):
        return self.client.get("/", headers=HOST)

    def once(self):
        return re.search(r'name="once" value="([^"]{43})"', self.open().text)[1]

    def post(self, narrative, step="check", **fields):
        fields.setdefault("once", None)
        fields["once"] = fields["once"] or self.once()
        data = {"narrative": narrative, "step": step, **fields}
        return self.client.post("/", data=data, headers=HOST)


def words_in(response):
    """Return what the page gives back in its text box."""
    found = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", response.text, re.DOTALL)[1]
    for entity, letter in (("&lt;", "<"), ("&gt;", ">"), ("&#34;", '"'), ("&#39;", "'")):
        found = found.replace(entity, letter)
    return found.replace("&amp;", "&")


def check_headers(answer, referrer):
    headers = answer.headers
    for name, value in {
        "Cache-Control": "no-store",
        "Referrer-Policy": referrer,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
    }.items():
        assert headers.getlist(name) == [value]
    assert directives(headers["Content-Security-Policy"]) == {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
    allowed = [one for one in headers["Permissions-Policy"].split(", ") if not one.endswith("=()")]
    passkeys = ["publickey-credentials-create=(self)", "publickey-credentials-get=(self)"]
    assert allowed == (passkeys if referrer == "same-origin" else [])
    for name in ("ETag", "Last-Modified", "Server", "X-Powered-By", "Content-Encoding"):
        assert name not in headers


def directives(policy):
    parts = [part.split() for part in policy.split(";")]
    return {part[0]: part[1:] for part in parts}
