//! The word and its options on the command line, and what is left for the program.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use crate::error::Printable;
use crate::manage::words::word::Word;

/// How many lines of a log are shown, unless said otherwise.
const LINES: usize = 10;

/// A word with its options.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Order {
    pub(crate) word: Word,
    /// How many arguments it takes from the program: the word and its options.
    pub(crate) length: usize,
    /// `stop --timeout`.
    pub(crate) timeout: Option<Duration>,
    /// `status --json`.
    pub(crate) json: bool,
    /// `log -n`.
    pub(crate) lines: usize,
    /// `log -f`.
    pub(crate) follow: bool,
    /// `log --stderr`.
    pub(crate) stderr: bool,
}

/// What is known of the program before it runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Program {
    /// Whether it reads its arguments on the terminal, by `before`: then what is no word is its own
    /// business, and so is `help`.
    pub(crate) has_parser: bool,
    /// Whether the arguments may decide where the PID file and the log are.
    pub(crate) files_vary: bool,
}

/// Reads the arguments, without the program's name. `None` where they begin with no word of ours.
///
/// # Errors
///
/// What is wrong with them, in a sentence.
#[inline]
pub(crate) fn read(arguments: &[OsString], program: Program) -> Result<Option<Order>, String> {
    let Some(first) = arguments.first().and_then(|first| first.to_str()) else { return Ok(None) };
    let is_help = first == "--help" || (first == "-h" && arguments.len() == 1);
    let found = if is_help { Some(Word::Help) } else { Word::find(first) };
    let Some(word) = found.filter(|&word| word != Word::Help || !program.has_parser) else {
        // Alone, since an option of the program's own with this name takes a value.
        let hyphened = Word::find(first.trim_start_matches('-')).filter(|_| arguments.len() == 1);
        return match Word::near(first).or(hyphened).filter(|_| !program.has_parser) {
            Some(meant) => Err(format!(
                "there is no word `{}`; did you mean `{}`?",
                Printable(Path::new(first)),
                meant.name()
            )),
            None => Ok(None),
        };
    };
    let mut order = Order {
        word,
        length: 1,
        timeout: None,
        json: false,
        lines: LINES,
        follow: false,
        stderr: false,
    };
    while let Some(length) = order.take_option(&arguments[order.length..])? {
        order.length += length;
    }
    match arguments.get(order.length) {
        Some(next) if !word.starts() && !program.files_vary => Err(order.refuse(next)),
        _ => Ok(Some(order)),
    }
}

impl Order {
    /// Takes the option that comes next, if it is one of the word's; says how many arguments it is.
    #[inline]
    fn take_option(&mut self, arguments: &[OsString]) -> Result<Option<usize>, String> {
        let Some(first) = arguments.first().and_then(|first| first.to_str()) else {
            return Ok(None);
        };
        let next = arguments.get(1).map(|next| next.to_string_lossy());
        match (self.word, first) {
            (Word::Status, "--json") => self.json = true,
            (Word::Log, "-f") => self.follow = true,
            (Word::Log, "--stderr") => self.stderr = true,
            (Word::Log, "-n") => {
                self.lines = number_of_lines(next.as_deref())?;
                return Ok(Some(2));
            }
            (Word::Stop, "--timeout") => {
                self.timeout = Some(seconds(next.as_deref())?);
                return Ok(Some(2));
            }
            _ => match (self.word, first.strip_prefix("-n"), first.strip_prefix("--timeout=")) {
                (Word::Log, Some(lines), _) => self.lines = number_of_lines(Some(lines))?,
                (Word::Stop, _, Some(limit)) => self.timeout = Some(seconds(Some(limit))?),
                _ => return Ok(None),
            },
        }
        Ok(Some(1))
    }

    #[inline]
    fn refuse(&self, argument: &OsString) -> String {
        let (name, argument) = (self.word.name(), Printable(Path::new(argument)));
        match self.word.options() {
            "" => format!("`{name}` does not take `{argument}`"),
            options => format!("`{name}` takes {options}, not `{argument}`"),
        }
    }
}

#[inline]
fn number_of_lines(text: Option<&str>) -> Result<usize, String> {
    let number = text.and_then(|text| text.parse().ok());
    number.ok_or_else(|| "`-n` takes a number of lines, as in `log -n 50`".to_owned())
}

#[inline]
fn seconds(text: Option<&str>) -> Result<Duration, String> {
    let seconds = text.and_then(|text| text.parse().ok());
    seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).ok_or_else(|| {
        "`--timeout` takes a number of seconds, as in `stop --timeout 60`".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Program = Program { has_parser: false, files_vary: false };
    const PARSER: Program = Program { has_parser: true, files_vary: false };
    const INSTANCES: Program = Program { has_parser: true, files_vary: true };

    fn told(words: &str, program: Program) -> Result<Option<Order>, String> {
        let arguments: Vec<_> = words.split_ascii_whitespace().map(OsString::from).collect();
        read(&arguments, program)
    }

    fn order(words: &str, program: Program) -> Order {
        told(words, program).expect("it is right").expect("it is a word")
    }

    #[test]
    fn options_stand_directly_behind_the_word() {
        let stop = order("stop --timeout 60 --instance a", INSTANCES);
        assert_eq!((stop.length, stop.timeout), (3, Some(Duration::from_secs(60))));
        assert_eq!(order("stop --timeout=0.5", PLAIN).timeout, Some(Duration::from_millis(500)));
        assert_eq!(order("stop --instance a --timeout 60", INSTANCES).timeout, None);
        let log = order("log -n 50 -f --stderr", PLAIN);
        assert_eq!((log.length, log.lines, log.follow, log.stderr), (5, 50, true, true));
        assert_eq!((order("log -n7", PLAIN).lines, order("log", PLAIN).lines), (7, 10));
        let status = order("status --json --json a", INSTANCES);
        assert_eq!((status.length, status.json), (3, true));
    }

    #[test]
    fn a_word_that_starts_leaves_all_that_follows() {
        for words in ["start --json", "restart --timeout 5", "run -f", "start status"] {
            assert_eq!(order(words, PLAIN).length, 1, "{words}");
        }
    }

    #[test]
    fn what_follows_is_refused_where_nothing_can_depend_on_it() {
        for (words, mistake) in [
            ("stop now", "`stop` takes --timeout SECONDS, not `now`"),
            ("status --xml", "`status` takes --json, not `--xml`"),
            ("status --json x", "`status` takes --json, not `x`"),
            ("log -f -x", "`log` takes -n NUMBER, -f and --stderr, not `-x`"),
            ("help me", "`help` does not take `me`"),
        ] {
            assert_eq!(told(words, PLAIN), Err(mistake.to_owned()), "{words}");
        }
        assert_eq!(order("stop now", INSTANCES).length, 1);
    }

    #[test]
    fn options_that_make_no_sense_are_refused() {
        for words in ["log -n", "log -n x", "log -nx", "log -n -1"] {
            assert!(told(words, INSTANCES).is_err_and(|why| why.contains("`-n` takes")), "{words}");
        }
        for limit in ["", " x", " -1", " nan", " inf", "="] {
            let why = told(&format!("stop --timeout{limit}"), INSTANCES);
            assert!(why.is_err_and(|why| why.contains("`--timeout` takes")), "{limit}");
        }
    }

    #[test]
    fn without_a_parser_a_mistyped_word_is_refused() {
        let mistake = "there is no word `stauts`; did you mean `status`?".to_owned();
        assert_eq!(told("stauts", PLAIN), Err(mistake));
        assert_eq!((told("stauts", PARSER), told("serve", PLAIN)), (Ok(None), Ok(None)));
        for (typed, meant) in [("--stop", "stop"), ("-status", "status")] {
            let mistake = format!("there is no word `{typed}`; did you mean `{meant}`?");
            assert_eq!(told(typed, PLAIN), Err(mistake));
        }
        for words in ["--log file", "--logs", "--", "-x stop", "-h host"] {
            assert_eq!(told(words, PLAIN), Ok(None), "{words}");
        }
    }

    #[test]
    fn help_is_ours_only_without_a_parser() {
        for words in ["help", "--help", "-h"] {
            assert_eq!(order(words, PLAIN).word, Word::Help);
            assert_eq!(told(words, PARSER), Ok(None));
        }
    }

    #[test]
    fn what_is_no_text_is_the_programs() {
        use std::os::unix::ffi::OsStringExt;
        let odd = OsString::from_vec(vec![b's', b't', 0xff]);
        assert_eq!(read(std::slice::from_ref(&odd), PLAIN), Ok(None));
        assert_eq!(
            read(&["start".into(), odd], PLAIN).expect("a word").map(|it| it.length),
            Some(1)
        );
        assert_eq!((read(&[], PLAIN), told("--version", PLAIN)), (Ok(None), Ok(None)));
    }
}
