#!/usr/bin/env bash
# Draws docs/terminal.svg: a start, a status, a refused second start, a stop, and a compile error,
# from real output. Only the directory is called `/srv/echobot`, whatever it was.
set -euo pipefail
cd "$(dirname "$0")/.."
repository=$PWD
cargo build --quiet --package daemonize-runtime --example echobot
target=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
work=$(mktemp -d)
export PATH=$target/debug/examples:$PATH
trap 'cd "$work" && echobot stop >/dev/null; rm -rf "$work"' EXIT

mkdir -p "$work/src"
cat >"$work/Cargo.toml" <<TOML
[package]
name = "echobot"
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

# Shows each command behind a prompt, and what it says.
session() {
  cd "$work"
  for command in "$@"; do
    printf '$ %s\n' "$command"
    $command 2>&1 || true
  done
}
session 'echobot start' 'echobot status' 'echobot' 'echobot stop' 'cargo build --quiet' |
  sed "/could not compile/d; s|$work|/srv/echobot|" >"$work/session.txt"

# Browsers collapse spaces unless every text says otherwise, some by one word and some by another.
awk '
  { if (length > longest) longest = length }
  { gsub(/&/, "\\&amp;"); gsub(/</, "\\&lt;"); gsub(/>/, "\\&gt;"); line[NR] = $0 }
  END {
    while (line[NR] == "") NR--
    width = int(longest * 8.5) + 40; height = NR * 20 + 30
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"A terminal session\">\n", width, height, width, height
    print "<style>"
    print "rect { fill: #f6f8fa; stroke: #d1d9e0 }"
    print "text { font: 14px ui-monospace, Menlo, Consolas, monospace; white-space: pre; fill: #24292f }"
    print ".command { fill: #116329 }"
    print ".error { fill: #b3202a }"
    print ".caret { fill: #8a5a00 }"
    print "@media (prefers-color-scheme: dark) {"
    print "rect { fill: #1d2430; stroke: #3d444d }"
    print "text { fill: #d8dee9 }"
    print ".command { fill: #8fd18f }"
    print ".error { fill: #f08a8a }"
    print ".caret { fill: #f0c674 }"
    print "}"
    print "</style>"
    printf "<rect x=\"0.5\" y=\"0.5\" width=\"%d\" height=\"%d\" rx=\"8\"/>\n", width - 1, height - 1
    for (i = 1; i <= NR; i++) {
      if (line[i] == "") continue
      class = "output"
      if (line[i] ~ /^\$ /) class = "command"
      if (line[i] ~ /^error|cannot/) class = "error"
      if (line[i] ~ /\^\^/) class = "caret"
      printf "<text class=\"%s\" x=\"20\" y=\"%d\" xml:space=\"preserve\">%s</text>\n", class, i * 20 + 9, line[i]
    }
    print "</svg>"
  }' "$work/session.txt" >docs/terminal.svg
