//! The pictures in the documents, as text and in a browser.

use std::fs;
use std::process::Command;

use tests::need;

use crate::items::{of_workspace, read};

/// All pictures, by path and text.
fn pictures() -> Vec<(String, String)> {
    let entries = fs::read_dir(of_workspace("docs")).expect("the documents");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let pictures = paths.filter(|path| path.extension().is_some_and(|ending| ending == "svg"));
    let pictures: Vec<_> = pictures.map(|path| (path.display().to_string(), read(&path))).collect();
    assert!(pictures.len() > 2, "only {} pictures were found", pictures.len());
    pictures
}

const BROWSER: &str = "chromium";

/// Lists each word that carets mark, with the distances in pixels of the carets from the word's
/// left and right ends and from their own column. Then lists each text that leaves the picture.
const SCRIPT: &str = r"
const ends = (text, from, to) => {
  const range = document.createRange();
  range.setStart(text.firstChild, from);
  range.setEnd(text.firstChild, to);
  return range.getBoundingClientRect();
};
const answers = [];
const texts = [...document.querySelectorAll('text')];
texts.forEach((text, index) => {
  const carets = /\^+/.exec(text.textContent);
  if (!carets) return;
  const [from, to] = [carets.index, carets.index + carets[0].length];
  const above = texts[index - 1];
  const [marked, word] = [ends(text, from, to), ends(above, from, to)];
  const distances = [marked.left - word.left, marked.right - word.right].map(Math.abs).map(Math.round);
  // If a browser collapses spaces, both the carets and the word are near the margin.
  const column = ends(text, 0, 1).width * from;
  distances.push(Math.round(Math.abs(marked.left - text.getBoundingClientRect().left - column)));
  answers.push(`${above.textContent.slice(from, to)} ${distances}`);
});
const picture = document.querySelector('svg').getBoundingClientRect();
for (const text of texts) {
  const { left, right, top, bottom } = text.getBoundingClientRect();
  if (left < picture.left || right > picture.right || top < picture.top || bottom > picture.bottom)
    answers.push(`outside: ${text.textContent}`);
}
document.body.textContent = `<${answers.join('|')}>`;
";

fn browser() -> need::Need {
    need::command("chromium", &[BROWSER, "--version"])
}

/// The script's answers about a picture.
fn answers(picture: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a directory");
    let page = folder.path().join("page.html");
    let html = format!("<!doctype html><body>{picture}<script>{SCRIPT}</script></body>");
    fs::write(&page, html).expect("a page");
    let output = Command::new("timeout")
        .args(["60", BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--dump-dom"])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg(&page)
        .output()
        .expect("a browser");
    let document = String::from_utf8_lossy(&output.stdout);
    let text = document.split_once("&lt;").and_then(|(_, rest)| rest.split_once("&gt;"));
    let (text, _) = text.unwrap_or_else(|| panic!("no answer: {output:?}"));
    text.split('|').filter(|answer| !answer.is_empty()).map(str::to_owned).collect()
}

#[test(needs = browser)]
fn carets_are_below_their_words_in_a_browser() {
    assert_eq!(answers(&read("docs/terminal.svg")), ["redirct 0,0,0", "27 0,0,0"]);
}

#[test(needs = browser)]
fn misplaced_carets_are_noticed() {
    let collapsing = read("docs/terminal.svg").replace("white-space: pre; ", "");
    let collapsing = collapsing.replace(" xml:space=\"preserve\"", "");
    let answers = answers(&collapsing);
    assert_eq!(answers.len(), 2, "{answers:?}");
    assert!(answers.iter().all(|answer| !answer.contains(" 0,0,0")), "{answers:?}");
}

#[test(needs = browser)]
fn no_text_leaves_its_picture() {
    for (name, picture) in pictures() {
        let answers = answers(&picture);
        assert!(
            answers.iter().all(|answer| !answer.starts_with("outside: ")),
            "{name}: {answers:?}"
        );
    }
}

#[test]
fn pictures_have_a_light_and_a_dark_scheme() {
    for (name, picture) in pictures() {
        assert!(picture.contains("@media (prefers-color-scheme: dark)"), "{name}");
    }
}

#[test]
fn no_picture_shows_a_path_of_its_author() {
    for (name, picture) in pictures() {
        let paths = picture.split([' ', '(', '>']).filter(|word| word.starts_with('/'));
        let foreign: Vec<_> = paths.filter(|path| !path.starts_with("/srv/echobot/")).collect();
        assert_eq!(foreign, [""; 0], "in {name}");
    }
}
