//! A terminal at which a test sits: it reads what the program shows and types when it is asked.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};

/// Longer than a busy machine takes, and short enough to end a test.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct Terminal {
    keyboard: File,
    screen: Receiver<Vec<u8>>,
    program: Child,
    /// All that was shown so far.
    pub(crate) shown: String,
    read_up_to: usize,
}

impl Terminal {
    /// Starts the program at a new terminal.
    pub(crate) fn running(home: &Path, arguments: &[&str]) -> Self {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let name = ptsname(&ours, Vec::new()).unwrap().into_string().unwrap();
        let theirs = OpenOptions::new().read(true).write(true).open(name).unwrap();
        let program = Command::new(env!("CARGO_BIN_EXE_qarauyl"))
            .arg("--home")
            .arg(home)
            .args(arguments)
            .env("TERM", "xterm")
            .stdin(theirs.try_clone().unwrap())
            .stdout(theirs.try_clone().unwrap())
            .stderr(theirs)
            .spawn()
            .unwrap();
        let keyboard = File::from(ours);
        let (mut reader, (send, screen)) = (keyboard.try_clone().unwrap(), channel());
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // The terminal ends with an error once nobody is left at the other side.
            while let Ok(read @ 1..) = reader.read(&mut bytes) {
                if send.send(bytes[..read].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { keyboard, screen, program, shown: String::new(), read_up_to: 0 }
    }

    /// Waits until `question` is shown, and then types a line.
    pub(crate) fn answer(&mut self, question: &str, line: &str) {
        self.wait_for(question);
        self.type_line(line);
    }

    /// Waits until `question` is shown and the terminal shows no letters any more, and then types a line.
    pub(crate) fn answer_unseen(&mut self, question: &str, line: &str) {
        self.wait_for(question);
        for _ in 0..600 {
            if !tcgetattr(&self.keyboard).unwrap().local_modes.contains(LocalModes::ECHO) {
                return self.type_line(line);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("the terminal shows what is typed at {question}");
    }

    /// Waits for the end of the program.
    pub(crate) fn end(mut self) -> (ExitStatus, String) {
        let status = self.program.wait().unwrap();
        while let Ok(bytes) = self.screen.recv_timeout(Duration::from_millis(500)) {
            self.shown.push_str(&String::from_utf8_lossy(&bytes));
        }
        (status, std::mem::take(&mut self.shown))
    }

    fn wait_for(&mut self, text: &str) {
        loop {
            if let Some(at) = self.shown[self.read_up_to..].find(text) {
                self.read_up_to += at + text.len();
                return;
            }
            let bytes = self.screen.recv_timeout(PATIENCE);
            let bytes =
                bytes.unwrap_or_else(|_| panic!("`{text}` is not asked; shown so far:\n{}", self.shown));
            self.shown.push_str(&String::from_utf8_lossy(&bytes));
        }
    }

    fn type_line(&mut self, line: &str) {
        self.keyboard.write_all(format!("{line}\n").as_bytes()).unwrap();
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A test that failed leaves no program behind; one that ended is there no more.
        drop(self.program.kill());
    }
}
