//! A chat bot that gets messages by long polling, like a Telegram bot, and answers each with `pong`
//! and the text.
//!
//! ```sh
//! export POLLBOT_URL=http://127.0.0.1:8081/bot123456:token
//! cargo run --bin pollbot
//! kill "$(cat pollbot.pid)"
//! ```
//!
//! The URL holds the token. It comes from the environment, because every user can see the arguments
//! of a process. The launcher returns when the bot has logged in: a wrong token is a failed start.
//! Later errors are logged, and the bot tries again. The service repeats unanswered messages, so
//! every message is answered at least once.
//!
//! The bot uses plain HTTP, which is enough for a Bot API server of your own.
//! `https://api.telegram.org` needs TLS, a default feature of `ureq`.

use std::env;
use std::io;
use std::process::exit;
use std::thread::sleep;
use std::time::Duration;

use daemonize_runtime::daemonize;
use serde::Deserialize;
use serde_json::{Value, json};
use ureq::{Agent, Error};

/// How long the server waits for a message before it sends an empty answer.
const LONG_POLL: Duration = Duration::from_secs(30);
/// How long an answer may take. A broken connection may not report an error.
const PATIENCE: Duration = Duration::from_secs(40);
const PAUSE: Duration = Duration::from_secs(2);

#[daemonize(before = url(), redirect = "pollbot.log", wait_ready = true)]
fn main(url: String) {
    let agent = Agent::config_builder().timeout_global(Some(PATIENCE)).build().new_agent();
    match agent.get(format!("{url}/getMe")).call() {
        Ok(_) => daemonize_runtime::ready(),
        Err(Error::StatusCode(401 | 404)) => refuse(77, "cannot log in: the token is wrong"),
        Err(error) => refuse(69, &format!("cannot log in: {error}")),
    }
    println!("logged in");
    let mut offset = 0;
    loop {
        if let Err(error) = poll(&agent, &url, &mut offset) {
            eprintln!("{error}");
            sleep(PAUSE);
        }
    }
}

fn url() -> String {
    env::var("POLLBOT_URL")
        .unwrap_or_else(|error| refuse(78, &format!("cannot read POLLBOT_URL: {error}")))
}

/// Exits with a code of `sysexits(3)`.
fn refuse(code: i32, why: &str) -> ! {
    eprintln!("pollbot: {why}");
    exit(code)
}

#[derive(Deserialize)]
struct Updates {
    result: Vec<Update>,
}

#[derive(Deserialize)]
struct Update {
    update_id: i64,
    #[serde(default)]
    message: Value,
}

/// Waits for messages and answers them. The offset tells the server which are done.
fn poll(agent: &Agent, url: &str, offset: &mut i64) -> Result<(), Error> {
    let request = agent.get(format!("{url}/getUpdates")).query("offset", offset.to_string());
    let mut response = request.query("timeout", LONG_POLL.as_secs().to_string()).call()?;
    let updates: Updates =
        serde_json::from_str(&response.body_mut().read_to_string()?).map_err(io::Error::from)?;
    for Update { update_id, message } in updates.result {
        if let Some(text) = message["text"].as_str() {
            answer(agent, url, &message["chat"]["id"], text)?;
        }
        *offset = update_id + 1;
    }
    Ok(())
}

fn answer(agent: &Agent, url: &str, chat: &Value, text: &str) -> Result<(), Error> {
    println!("{chat} says {text:?}");
    let answer = json!({ "chat_id": chat, "text": format!("pong {text}") });
    match agent
        .post(format!("{url}/sendMessage"))
        .content_type("application/json")
        .send(answer.to_string())
    {
        // If a user has blocked the bot, a retry would keep it from answering all others.
        Err(error @ Error::StatusCode(400 | 403)) => {
            eprintln!("{chat} cannot be answered: {error}");
        }
        answered => drop(answered?),
    }
    Ok(())
}
