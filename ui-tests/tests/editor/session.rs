//! Asks rust-analyzer about a place in a program, by the Language Server Protocol.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use std::{fs, thread};

use serde_json::{Value, json};

/// Marks the cursor in a program.
const CURSOR: char = '|';

/// How long an answer may take. Even on a busy machine, only a hang takes longer.
const PATIENCE: Duration = Duration::from_secs(300);

/// A language server that has one program open.
pub(crate) struct Session {
    server: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    /// The server's status messages, in order.
    states: VecDeque<Value>,
    requests: u64,
    version: u64,
    program: String,
}

impl Session {
    /// Opens the package in this folder.
    pub(crate) fn open(folder: &Path) -> Self {
        let mut server = Command::new("rust-analyzer")
            .current_dir(folder)
            .env("CARGO_TARGET_DIR", folder.join("target"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("rust-analyzer is installed");
        let (sender, messages) = channel();
        let mut output = BufReader::new(server.stdout.take().expect("a pipe"));
        thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let mut session = Self {
            input: server.stdin.take().expect("a pipe"),
            server,
            messages,
            states: VecDeque::new(),
            requests: 0,
            version: 0,
            program: format!("file://{}", folder.join("src/main.rs").display()),
        };
        session.initialize(folder);
        session
    }

    fn initialize(&mut self, folder: &Path) {
        self.request(
            "initialize",
            &json!({
                "processId": std::process::id(),
                "rootUri": format!("file://{}", folder.display()),
                "capabilities": {
                    "experimental": { "serverStatusNotification": true },
                    "textDocument": { "hover": { "contentFormat": ["markdown"] } },
                    "workspace": { "configuration": true },
                },
                "initializationOptions": {
                    "cachePriming": { "enable": false },
                    "checkOnSave": false,
                },
            }),
        );
        self.notify("initialized", &json!({}));
        let text = fs::read_to_string(folder.join("src/main.rs")).expect("a program");
        self.notify(
            "textDocument/didOpen",
            &json!({ "textDocument": {
                "uri": self.program, "languageId": "rust", "version": self.version, "text": text,
            } }),
        );
        let begin = Instant::now();
        loop {
            while let Some(state) = self.states.pop_front() {
                assert_ne!(state["health"], "error", "{state}");
                if state["quiescent"] == true {
                    return;
                }
            }
            assert!(begin.elapsed() < PATIENCE, "rust-analyzer is not ready");
            let message = self.messages.recv_timeout(PATIENCE).expect("a message");
            self.take(&message);
        }
    }

    /// The completions at the cursor.
    pub(crate) fn completions(&mut self, program: &str) -> Vec<String> {
        let place = self.show(program);
        let answer = self.request("textDocument/completion", &place);
        let items = answer.get("items").unwrap_or(&answer).as_array().cloned().unwrap_or_default();
        let names = items.iter().filter_map(|item| item["label"].as_str()?.split('(').next());
        names.map(str::to_owned).collect()
    }

    /// The explanation of the word at the cursor.
    pub(crate) fn explanation(&mut self, program: &str) -> String {
        let place = self.show(program);
        let answer = self.request("textDocument/hover", &place);
        answer["contents"]["value"].as_str().unwrap_or_default().to_owned()
    }

    /// The server's own diagnostics, without those of the compiler.
    pub(crate) fn complaints(&mut self, program: &str) -> Vec<String> {
        let place = self.show(program);
        let answer = self.request("textDocument/diagnostic", &place);
        let items = answer["items"].as_array().cloned().unwrap_or_default();
        items.iter().map(|item| item["message"].to_string()).collect()
    }

    /// Changes the program, and returns the place of the cursor.
    fn show(&mut self, program: &str) -> Value {
        let (before, after) = program.split_once(CURSOR).unwrap_or((program, ""));
        let text = [before, after].concat();
        self.version += 1;
        self.notify(
            "textDocument/didChange",
            &json!({
                "textDocument": { "uri": self.program, "version": self.version },
                "contentChanges": [{ "text": text }],
            }),
        );
        let line = before.matches('\n').count();
        let character = before.rsplit('\n').next().unwrap_or(before).chars().count();
        json!({
            "textDocument": { "uri": self.program },
            "position": { "line": line, "character": character },
        })
    }

    fn request(&mut self, method: &str, parameters: &Value) -> Value {
        self.requests += 1;
        let id = self.requests;
        self.send(&json!({ "id": id, "method": method, "params": parameters }));
        loop {
            let message = self.messages.recv_timeout(PATIENCE);
            let message = message.unwrap_or_else(|error| panic!("{method}: {error}"));
            if message["id"] == id && message.get("method").is_none() {
                assert!(message.get("error").is_none(), "{method}: {message}");
                return message["result"].clone();
            }
            self.take(&message);
        }
    }

    /// Answers a request of the server, or notes its status.
    fn take(&mut self, message: &Value) {
        match (message["method"].as_str(), message.get("id")) {
            (Some("workspace/configuration"), Some(id)) => {
                let items = message["params"]["items"].as_array().map_or(0, Vec::len);
                self.send(&json!({ "id": id, "result": vec![Value::Null; items] }));
            }
            (Some(_), Some(id)) => self.send(&json!({ "id": id, "result": null })),
            (Some("experimental/serverStatus"), None) => {
                self.states.push_back(message["params"].clone());
            }
            _ => {}
        }
    }

    fn notify(&mut self, method: &str, parameters: &Value) {
        self.send(&json!({ "method": method, "params": parameters }));
    }

    fn send(&mut self, message: &Value) {
        let mut message = message.clone();
        message["jsonrpc"] = "2.0".into();
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len())
            .and_then(|()| self.input.flush())
            .expect("rust-analyzer listens");
    }
}

impl Drop for Session {
    /// The server's children end with it.
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The next message of the server; `None` if it has ended.
fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().ok()?;
            }
            Some(_) => {}
            None => break,
        }
    }
    let mut text = vec![0; length];
    output.read_exact(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}
