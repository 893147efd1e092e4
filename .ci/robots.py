"""Compares our reader of robots.txt with PyPI's Protego: robots.py PROGRAM FOLDER.

PROGRAM is the example `robots_verdicts`, FOLDER holds files in the shape of real ones. Files made by chance are added,
from a fixed seed. Each difference must be one of those below, which are deliberate:

  prefix   Protego takes `Qara` in a file as our name; RFC 9309, 2.2.1, asks for the whole product token.
  index    Protego takes `Allow: /x/index.html` as leave for `/x/`; RFC 9309 knows nothing of it.
  dollar   Protego reads a `$` at the end of a pattern as the end and as a dollar; RFC 9309, 2.2.3, as the end alone.
  query    Protego writes `?` as `%3F` before it counts octets, so that such patterns are the longer ones; the examples of
           RFC 9309, 2.2.2, leave it as it is.
  delay    Protego takes the last Crawl-delay of a group; we take the longest.

The last three are proven: in a file without patterns that end in `$` or hold a `?`, or with one delay, both agree.
"""

import json
import random
import subprocess
import sys
from pathlib import Path

from protego import Protego

AGENTS = ["Qarauyl", "Googlebot", "OtherReader"]
PARTS = ["a", "b", "news", "2026", "жаңалық", "新疆", "قازاق", "%D2%9B", "~x", "x.html", "doc.pdf", "p%2Fq", "e%7e", "c d"]
HOST = "https://news.example"


def chance_path(chance):
    path = "/" + "/".join(chance.choices(PARTS, k=chance.randint(0, 4)))
    if chance.random() < 0.3:
        path += "?" + chance.choice(["s=", "page=2", "q=1&utm_source=x", "тіл=қаз", ""])
    return path


def chance_pattern(chance):
    path = chance_path(chance)
    for _ in range(chance.choice([0, 0, 1, 1, 2])):
        at, cut = chance.randint(1, len(path)), chance.randint(0, 2)
        # Not in the middle of an escaped letter: nobody writes that, and there is no right answer to it.
        if "%" not in path[max(0, at - 3) : at + cut + 1]:
            path = path[:at] + "*" + path[at + cut :]
    if chance.random() < 0.2:
        path += "$"
    return path


def chance_file(chance):
    lines = []
    for _ in range(chance.randint(1, 4)):
        for _ in range(chance.choice([1, 1, 1, 2])):
            lines.append(f"{chance.choice(['User-agent', 'user-agent', 'USER-AGENT'])}: {chance.choice(AGENTS + ['*', 'SomeBot'])}")
        for _ in range(chance.randint(1, 7)):
            lines.append(f"{chance.choice(['Allow', 'Disallow', 'Disallow', 'disallow'])}: {chance_pattern(chance)}")
            if chance.random() < 0.1:
                lines.append(chance.choice(["", "# note", "Sitemap: https://news.example/s.xml", "  "]))
        if chance.random() < 0.2:
            lines.append(f"Crawl-delay: {chance.choice(['1', '2.5', '10', 'soon', '-1'])}")
    return chance.choice(["\n", "\r\n"]).join(lines) + "\n"


def paths_of(file, chance):
    """Paths that the file's own patterns speak of, and some that they do not."""
    paths = [chance_path(chance) for _ in range(8)]
    for line in file.splitlines():
        _, _, value = line.partition(":")
        value = value.split("#")[0].strip()
        if value.startswith(("/", "*")):
            plain = value.rstrip("$").replace("*", chance.choice(["", "x", "a/b"]))
            plain = plain if plain.startswith("/") else "/" + plain
            paths += [plain, plain + chance.choice(["x", "/", "?y=1", "/open"]), plain[: max(1, len(plain) - 1)]]
    return paths


def deliberate(file, agent, ours, theirs):
    """Names the deliberate difference that explains two verdicts, or nothing."""
    names = [line.partition(":")[2].split("#")[0].strip().lower() for line in file.splitlines() if line.lower().strip().startswith("user")]
    if any(name and name != agent.lower() and agent.lower().startswith(name) for name in names):
        return "prefix"
    if "index.html" in file and not ours and theirs:
        return "index"
    return None


def without(file, unwanted):
    """The file without the lines that `unwanted` names."""
    return "\n".join(line for line in file.splitlines() if not unwanted(line.split("#")[0].strip())) + "\n"


def with_one_delay(file):
    """The file with its longest Crawl-delay in place of each."""
    values = [line.partition(":")[2].strip() for line in file.splitlines() if line.lower().startswith("crawl-delay")]
    longest = max((float(value) for value in values if value.replace(".", "", 1).isdigit()), default=None)
    lines = [f"Crawl-delay: {longest}" if longest is not None and line.lower().startswith("crawl-delay") else line for line in file.splitlines()]
    return "\n".join(lines) + "\n"


# How a file is rewritten so that the difference of that name cannot show in it.
REWRITTEN = {
    "dollar": lambda file: without(file, lambda line: line.endswith("$")),
    "query": lambda file: without(file, lambda line: "?" in line),
    "delay": with_one_delay,
}


def asked(program, questions):
    """Our verdicts, one answer to each question."""
    given = "\n".join(json.dumps(question, ensure_ascii=False) for question in questions)
    answers = subprocess.run([program], input=given, capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(answers) == len(questions), "the program answers each question once"
    return map(json.loads, answers)


def agree(question, answer):
    """Whether both say the same of every address and of the delay."""
    other = Protego.parse(question["file"].lstrip("\ufeff"))
    same = all(ours == other.can_fetch(url, question["agent"]) for url, ours in zip(question["urls"], answer["allowed"]))
    return same and (answer["delay"] or None) == (other.crawl_delay(question["agent"]) or None)


def main():
    program, folder = sys.argv[1:]
    chance = random.Random(9309)
    files = [path.read_bytes().decode("utf-8") for path in sorted(Path(folder).glob("*.txt"))]
    kept = len(files)
    files += [chance_file(chance) for _ in range(400)]
    questions, told = [], {}
    for file in files:
        urls = [HOST + path.replace(" ", "%20") for path in dict.fromkeys(paths_of(file, chance))]
        questions += [{"file": file, "agent": agent, "urls": urls} for agent in AGENTS]
    triples, forbidden, wrong, doubted = 0, 0, [], []
    for question, answer in zip(questions, asked(program, questions)):
        file, agent = question["file"], question["agent"]
        # A byte order mark is no part of the text; Protego leaves it to its caller.
        other = Protego.parse(file.lstrip("\ufeff"))
        for url, ours in zip(question["urls"], answer["allowed"]):
            triples += 1
            forbidden += not ours
            theirs = other.can_fetch(url, agent)
            if ours != theirs:
                reason = deliberate(file, agent, ours, theirs)
                if reason:
                    told[reason] = told.get(reason, 0) + 1
                else:
                    text = f"{url} for {agent}: ours {ours}, Protego {theirs}, in\n{file}"
                    doubted.append((question | {"urls": [url]}, ("dollar", "query"), text))
        if (answer["delay"] or None) != (other.crawl_delay(agent) or None):
            text = f"delay for {agent}: ours {answer['delay']}, Protego {other.crawl_delay(agent)}, in\n{file}"
            doubted.append((question | {"urls": []}, ("delay",), text))
    for question, reasons, text in doubted:
        proofs = [question | {"file": REWRITTEN[reason](with_one_delay(question["file"]))} for reason in reasons]
        proven = [agree(*proof) for proof in zip(proofs, asked(program, proofs))]
        reason = reasons[proven.index(True)] if any(proven) else None
        told[reason] = told.get(reason, 0) + 1
        if reason is None:
            wrong.append(text)
    print(f"{triples} triples ({forbidden} forbidden) of {kept} kept and {len(files) - kept} made files; deliberate differences: {told or 'none'}")
    if triples < 1000 or forbidden < 200:
        sys.exit("too few triples to say anything")
    if wrong:
        sys.exit("\n".join(wrong[:10]) + f"\n{len(wrong)} differences that nobody meant")


main()
