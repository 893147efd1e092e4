"""Has PyPI's dkimpy check the mails that the example `signed_mails` wrote: signatures.py FOLDER.

Records come from the folder's records.tsv and nobody is asked. Each mail must hold as it is, and with what servers do to
mails on their way: lines of the head folded anew, blanks added at the ends of lines, empty lines at the end of the
mail. It must not hold with a letter changed, a header changed, or a second From or Subject.
"""

import re
import sys
from pathlib import Path

import dkim

folder = Path(sys.argv[1])
lines = (folder / "records.tsv").read_text().splitlines()
RECORDS = dict(line.split("\t") for line in lines)


def record(name, timeout=5):
    return RECORDS.get(name.decode().rstrip("."), "").encode() or None


def holds(mail):
    try:
        return dkim.verify(mail, dnsfunc=record)
    except dkim.DKIMException:
        return False


def variants(mail):
    """Yields what is done to a mail, whether it still holds, and the mail."""
    head, body = mail.split(b"\r\n\r\n", 1)
    yield "as it is", True, mail
    folded = re.sub(rb"(?m)^(To|List-Id): ", rb"\1:\r\n\t  ", head)
    assert folded != head
    yield "folded anew", True, folded + b"\r\n\r\n" + body
    yield "with blanks", True, head + b"\r\n\r\n" + body.replace(b"\r\n", b" \t\r\n") + b"\r\n\r\n"
    letter = re.search(rb"\r\n\r\n[^\r\n]*([A-Za-z])", body).start(1)
    other = b"x" if body[letter : letter + 1] != b"x" else b"y"
    yield "with another letter", False, head + b"\r\n\r\n" + body[:letter] + other + body[letter + 1 :]
    yield "with another date", False, mail.replace(b"Date: Tue, 24", b"Date: Tue, 17", 1)
    yield "with another way out", False, mail.replace(b"subject=stop", b"subject=buy", 1)
    yield "with a second From", False, head + b"\r\nFrom: other@sample.org\r\n\r\n" + body
    yield "with a second Subject", False, b"Subject: other\r\n" + mail


mails, checks = sorted(folder.glob("*.eml")), 0
for path in mails:
    for what, expected, mail in variants(path.read_bytes()):
        checks += 1
        if holds(mail) != expected:
            sys.exit(f"{path.name} {what}: the signature {'does not hold' if expected else 'still holds'}")
if len(mails) < 20:
    sys.exit(f"{len(mails)} mails in {folder}: too few to say anything")
print(f"{len(mails)} mails, {checks} checks: dkimpy and we agree")
