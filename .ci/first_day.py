"""Follows the guide on its first day: first_day.py ROOT RELEASE.tar.gz GUIDE.md NEWSROOM_PROGRAM

ROOT is a bare Debian with sudo and nothing of ours; `.ci/run first-day` makes it, and starts this in namespaces of its
own, where nothing but loopback is reached. A person with an account there has the release and the guide, copies one
command after the other out of the guide, and gives a wrong password for the mail server first. It fails when a command
fails, when the doctor does not name the password, when no alert comes, or when more than ten commands were needed.
"""

import base64
import os
import pty
import re
import select
import shutil
import socket
import socketserver
import subprocess
import sys
import threading
import time
from pathlib import Path

MOST_COMMANDS = 10
# A busy machine takes its time; nobody who reads the guide would wait longer.
PATIENCE = 150
USER, WRONG, RIGHT = "watch", "open sesame", "sesame"
READER = "aigul@example.org"

# What the person passes over, by its first words: the guide says for whom it is.
PASSED_OVER = {
    "qarauyl demo": "a look that needs no house",
    "git clone": "the way from the sources",
    "cd qarauyl": "the way from the sources",
    "cargo build": "the way from the sources",
    "sudo deploy/install": "the way from the sources",
    "sudo systemctl": "a bare root has no systemd, and the guide says what to do without",
    "sudo journalctl": "a bare root has no systemd, and the guide says what to do without",
}

# What is asked, and what is typed. An empty line takes what is offered.
TYPED = {
    "sudo -u qarauyl -i qarauyl init": [
        ("Name", "Border watch"),
        ("Time zone", "Asia/Almaty"),
        ("Language", ""),
        ("Address", READER),
        ("Mail server", "localhost:587"),
        ("Protection", ""),
        ("User", USER),
        ("Password", WRONG),
        ("Sender", "watch@example.org"),
        ("refuses user and password", None),
        ("Mail server", "keep"),
        ("Sources", ""),
        ("Key", ""),
    ],
    "sudo -u qarauyl -i qarauyl config password": [("Password", RIGHT)],
}
DOCTOR, RUN = "sudo -u qarauyl -i qarauyl doctor", "sudo -u qarauyl -i qarauyl run"


def commands(page):
    """The lines of all shell blocks, up to the one that starts the house."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines() if line]
    if RUN not in lines:
        sys.exit(f"the guide does not say how to start without systemd: `{RUN}`")
    return lines[: lines.index(RUN) + 1]


def is_passed_over(line, start):
    # `cd qarauyl` is another folder than `cd qarauyl-*`.
    return line == start or line.startswith(start + " ")


class MailServer(socketserver.StreamRequestHandler):
    """Takes mails from whoever knows the password."""

    mails = []
    refused = 0

    def handle(self):
        self.say("220 localhost")
        recipients, known = [], False
        for line in self.rfile:
            verb, _, rest = line.decode().strip().partition(" ")
            verb = verb.upper()
            if verb == "EHLO":
                self.say("250-localhost\r\n250-8BITMIME\r\n250 AUTH PLAIN")
            elif verb == "AUTH":
                known = base64.b64decode(rest.removeprefix("PLAIN ")).decode() == f"\0{USER}\0{RIGHT}"
                MailServer.refused += not known
                self.say("235 2.7.0 welcome" if known else "535 5.7.8 Error: authentication failed")
            elif verb == "QUIT":
                self.say("221 2.0.0 bye")
                return
            elif verb in ("MAIL", "RCPT", "DATA") and not known:
                self.say("530 5.7.0 log in first")
            elif verb == "RCPT":
                recipients.append(rest)
                self.say("250 2.1.5 ok")
            elif verb == "DATA":
                self.say("354 go on")
                lines = iter(self.rfile.readline, b".\r\n")
                MailServer.mails.append((recipients, b"".join(lines)))
                recipients = []
                self.say("250 2.0.0 kept")
            else:
                self.say("250 2.0.0 ok")

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")


class Shell:
    """The person's shell at a terminal of its own."""

    PROMPT = re.compile(r"first-day (\d+)> $")

    def __init__(self, root):
        self.shown, self.seen = "", 0
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            words = ["chroot", "--userspec=reader", root, "env", "-i", "-C", "/home/reader", "HOME=/home/reader", "TERM=xterm"]
            words += ["LANG=C.UTF-8", "PATH=/usr/local/bin:/usr/bin:/bin", r"PS1=first-day $?> "]
            os.execvp(words[0], [*words, "bash", "--norc", "--noprofile", "-i"])
        self.code()

    def read(self, until, what):
        """Reads until `until` gives something for what has been shown since the last question."""
        end = time.monotonic() + PATIENCE
        while True:
            found = until(self.shown[self.seen :])
            if found is not None:
                return found
            if not select.select([self.terminal], [], [], max(0.0, end - time.monotonic()))[0]:
                self.lost(f"{what} is not shown within {PATIENCE} s")
            self.shown += os.read(self.terminal, 65536).decode(errors="replace")

    def wait_for(self, text):
        self.seen += self.read(lambda new: new.find(text) if text in new else None, f"`{text}`") + len(text)

    def code(self):
        """Waits for the prompt, which tells how the command before it has ended."""
        return int(self.read(lambda new: self.PROMPT.search(new), "the prompt").group(1))

    def type(self, line):
        os.write(self.terminal, line.encode() + b"\n")

    def start(self, line):
        self.seen = len(self.shown)
        self.type(line)

    def answer(self, question, line):
        self.wait_for(question)
        if question == "Password":
            self.type_unseen(line)
        elif line is not None:
            self.type(line)

    def type_unseen(self, line):
        """Types as a person does who takes a second. What was typed too early is shown, and thrown away by the program."""
        for _ in range(5):
            time.sleep(1)
            self.seen = len(self.shown)
            self.type(line)
            self.read(lambda new: True if "\n" in new else None, "the end of the password")
            if line not in self.shown[self.seen :]:
                return
        self.lost("the terminal shows the password")

    def interrupt(self):
        os.write(self.terminal, b"\x03")

    def lost(self, why):
        sys.exit(f"{self.shown}\n\n{why}")


def serve_mail():
    socketserver.ThreadingTCPServer.allow_reuse_address = True
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 587), MailServer)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()


def serve_news(root, program):
    """Starts the sample newsroom, and lets every house in the root read it instead of the outside world."""
    sources = root / "srv/newsroom"
    sources.mkdir()
    file = sources / "newsroom.toml"
    command = [program, "newsroom", "--sources", file]
    newsroom = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    for line in newsroom.stderr:
        if line.startswith("exempt = "):
            exempt = line.removeprefix("exempt = ").strip()
            break
    else:
        sys.exit("the newsroom does not open")
    # Outlets that are read each minute: nobody here waits for the next quarter of an hour.
    text, usual = file.read_text(), 'schedule = "*/15 * * * *"'
    if usual not in text:
        sys.exit(f"the newsroom's source file has no `{usual}` any more: see {__file__}")
    file.write_text(text.replace(usual, 'schedule = "* * * * *"'))
    world = f"export QARAUYL__SOURCES__DIRECTORY=/srv/newsroom\nexport QARAUYL__FETCHER__EXEMPT='{exempt}'\n"
    (root / "etc/profile.d/newsroom.sh").write_text(world)


def furnish(root, release):
    """A person with an account who may use sudo, and has the release in the folder that is theirs."""
    subprocess.run(["chroot", root, "useradd", "--create-home", "--shell", "/bin/bash", "reader"], check=True)
    (root / "etc/sudoers.d/reader").write_text("reader ALL=(ALL:ALL) NOPASSWD: ALL\n")
    (root / "etc/hosts").write_text(f"127.0.0.1 localhost {socket.gethostname()}\n")
    shutil.copy(release, root / "home/reader")


def follow(shell, line):
    """Does what one command asks for, and returns its exit code."""
    shell.start(line)
    for question, typed in TYPED.get(line, []):
        shell.answer(question, typed)
    if line == RUN:
        end = time.monotonic() + PATIENCE
        while not MailServer.mails and time.monotonic() < end:
            # What the house says is read, or it would stand still once the terminal is full.
            if select.select([shell.terminal], [], [], 0.1)[0]:
                shell.shown += os.read(shell.terminal, 65536).decode(errors="replace")
        if not MailServer.mails:
            shell.lost(f"no alert came within {PATIENCE} s")
        shell.interrupt()
    return shell.code()


def judge_doctor(shell, said, is_mended):
    named = "refuses user and password" in said and "qarauyl config password" in said
    if is_mended and named:
        shell.lost("the doctor still complains of the password")
    if not is_mended and not named:
        shell.lost("the doctor does not name the password")
    if is_mended and "takes mails of this sender" not in said:
        shell.lost("the doctor does not say that mails would be taken")


def main(root, release, guide, program):
    lines = commands(Path(guide).read_text())
    for start in PASSED_OVER:
        if not any(is_passed_over(line, start) for line in lines):
            sys.exit(f"the guide does not name `{start}` any more: see PASSED_OVER in {__file__}")
    lines = [line for line in lines if not any(is_passed_over(line, start) for start in PASSED_OVER)]
    serve_mail()
    serve_news(root, program)
    furnish(root, release)
    shell, began, is_mended, judged = Shell(root), time.monotonic(), False, 0
    for number, line in enumerate(lines, 1):
        before = time.monotonic()
        code = follow(shell, line)
        print(f"{number:3}  {time.monotonic() - before:5.1f} s  {line}", flush=True)
        # The doctor finds something on the first day: nothing has been read.
        if code != 0 and not (line == DOCTOR and code == 1):
            shell.lost(f"`{line}` ends with {code}")
        if line == DOCTOR:
            judge_doctor(shell, shell.shown[shell.seen :], is_mended)
            judged += 1
        is_mended = is_mended or "config password" in line
    recipients, mail = MailServer.mails[0]
    if READER not in str(recipients) or b"Khorgos" not in mail:
        shell.lost(f"the mail is no alert of the first watch to the first reader:\n{mail.decode(errors='replace')}")
    if judged < 2 or MailServer.refused < 2:
        shell.lost("the wrong password was not met by init and doctor, and mended before the second look")
    if len(lines) > MOST_COMMANDS:
        sys.exit(f"{len(lines)} commands to the first alert: {MOST_COMMANDS} were promised")
    print(f"the first alert came after {len(lines)} commands and {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
