//! Receives nothing; hands random programs to the property, the same ones on every run.

use super::property::{check_item, check_options};

const PROGRAMS: usize = 10_000;

/// What an option is made of, in order. Each part offers more right choices than wrong ones.
const OPTION: &[&[&str]] = &[
    &[
        "redirect",
        "stdin",
        "stdout",
        "stderr",
        "close_fd",
        "chdir",
        "pid_file",
        "before",
        "when",
        "crate",
        "r#chdir",
        "redirct",
        "cwd",
        "befor",
        "crat",
        "colour",
        "_",
        "self",
        "true",
        "io::redirect",
        "5",
        "'a",
        "\"out.log\"",
        "()",
    ],
    &[
        "=", "=", "=", "=", "=", "=", "=", "=", "", "==", "=>", "+=", ":", "= =", "= ,", "(",
        "::<u8> =",
    ],
    &[
        "", "", "", "", "", "", "&", "!", "-", "*", "|x|", "move ||", "async", "unsafe", "return",
        "..", "#", "mut", "let x =",
    ],
    &[
        "true",
        "false",
        "5",
        "0o22",
        "1e",
        "\"out.log\"",
        "\"\"",
        "\"a/\"",
        "\"a\\0b\"",
        "r#\"a\"#",
        "b\"a\"",
        "c\"a\"",
        "'a'",
        "x",
        "args.log",
        "a::b",
        "a::<u8>",
        "f(x)",
        "f::<u8, u16>(1, |a, b| a)",
        "vec![1, 2]",
        "A { a: 1 }",
        "{ x }",
        "if x { 1 } else { 2 }",
        "match x { _ => 1 }",
        "[1, 2]",
        "(1,)",
        "loop {}",
        "$x",
        "",
        "if",
        "fn",
        "}",
        "]",
        ")",
    ],
    &[
        "", "", "", "", "", "", "?", ".await", "as u8", "+", "- 1", "== 2", "..", "::", ".", "<",
        "= 5", "{ x }", "x",
    ],
    &[",", ",", ",", ",", ",", "", "", ";", ",,", "|"],
];

/// What a function is made of, in order.
const FUNCTION: &[&[&str]] = &[
    &[
        "",
        "",
        "",
        "#[tokio::main]",
        "#[inline]",
        "#[daemonize]",
        "#[daemonize(x)]",
        "#[allow(x)]",
        "/// doc\n",
        "#![x]",
        "#",
    ],
    &["", "", "", "pub", "pub(crate)", "default", "crate"],
    &[
        "",
        "",
        "",
        "",
        "async",
        "const",
        "unsafe",
        "safe",
        "extern",
        "extern \"C\"",
        "const async unsafe extern \"C\"",
        "gen",
    ],
    &["fn", "fn", "fn", "fn", "fn", "fn", "fn", "struct", "mod", "trait", "impl", ""],
    &["main", "main", "main", "main", "r#main", "run", "async", "_", ""],
    &["", "", "", "", "<T>", "<'a>", "<>", "<const N: u8>", "<"],
    &[
        "()",
        "()",
        "()",
        "(n: u8)",
        "(mut n: u8)",
        "(_: u8)",
        "((a, b): (u8, u8))",
        "(a: u8, b: u8)",
        "(self)",
        "(&self)",
        "(#[x] n: u8)",
        "(n: impl X)",
        "(...)",
        "(n)",
        "",
    ],
    &[
        "",
        "",
        "",
        "-> u8",
        "-> !",
        "-> impl X",
        "-> Result<(), E>",
        "->",
        "where T: X",
        "where",
        "-> u8 where",
    ],
    &["{}", "{}", "{}", "{}", "{ let x = ; }", "{ #![x] }", ";", "= 5;", "", "{} {}", "!{}"],
];

#[test]
fn any_options_become_a_start_or_errors_inside_the_parentheses() {
    let mut dice = Dice(1);
    for _ in 0..PROGRAMS {
        let options: Vec<String> = (0..=dice.roll(3)).map(|_| dice.sentence(OPTION)).collect();
        check_options(&options.join(" "));
    }
}

#[test]
fn any_item_becomes_a_start_or_errors() {
    let mut dice = Dice(2);
    for _ in 0..PROGRAMS {
        check_item(&dice.sentence(FUNCTION));
    }
}

/// A small generator of numbers that look random (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits fit") % sides
    }

    fn sentence(&mut self, parts: &[&[&str]]) -> String {
        let words: Vec<&str> =
            parts.iter().map(|choices| choices[self.roll(choices.len())]).collect();
        words.join(" ")
    }
}
