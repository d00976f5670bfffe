#!/usr/bin/env bash
# Draws docs/terminal.svg: a start, a status, a refused second start, a stop, and a compile error,
# from real output.
set -euo pipefail
cd "$(dirname "$0")/.."
repository=$PWD
cargo build --quiet --example echobot
programs=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/debug/examples
work=$(mktemp -d)
trap 'cd "$work" && PATH=$programs:$PATH echobot stop >/dev/null; rm -rf "$work"' EXIT

# Shows a command behind a prompt, and what it says.
session() {
  for command in "$@"; do
    printf '$ %s\n' "$command"
    (cd "$work" && PATH=$programs:$PATH bash -c "$command" 2>&1) || true
  done
}

mkdir -p "$work/src"
cat >"$work/Cargo.toml" <<TOML
[package]
name = "bot"
version = "0.1.0"
edition = "2024"
[dependencies]
daemonize-runtime = { path = "$repository/daemonize-runtime" }
[workspace]
TOML
cat >"$work/src/main.rs" <<'RUST'
use daemonize_runtime::daemonize;

#[daemonize(redirct = "bot.log", umask = 27)]
fn main() {
    println!("up");
}
RUST
cp Cargo.lock "$work/"
(cd "$work" && cargo fetch --quiet 2>/dev/null) || true

{
  session 'echobot start' 'echobot status' 'echobot' 'echobot stop' 'echobot status'
  printf '$ cargo build\n'
  (cd "$work" && cargo build --quiet 2>&1 | grep -v '^error: could not compile') || true
} >"$work/session.txt"

awk '
  { gsub(/&/, "\\&amp;"); gsub(/</, "\\&lt;"); gsub(/>/, "\\&gt;"); line[NR] = $0 }
  END {
    height = NR * 20 + 40
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"860\" height=\"%d\" role=\"img\" aria-label=\"A terminal session\">\n", height
    printf "<rect width=\"100%%\" height=\"100%%\" rx=\"8\" fill=\"#1d2430\"/>\n"
    printf "<g font-family=\"ui-monospace, Menlo, Consolas, monospace\" font-size=\"14\" xml:space=\"preserve\">\n"
    for (i = 1; i <= NR; i++) {
      colour = "#d8dee9"
      if (line[i] ~ /^\$ /) colour = "#8fd18f"
      if (line[i] ~ /^error|cannot/) colour = "#f08a8a"
      if (line[i] ~ /\^\^/) colour = "#f0c674"
      printf "<text x=\"20\" y=\"%d\" fill=\"%s\">%s</text>\n", i * 20 + 14, colour, line[i]
    }
    print "</g>\n</svg>"
  }' "$work/session.txt" >docs/terminal.svg
