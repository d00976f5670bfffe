//! Which option the attribute suggests for a name that is none.

use crate::args::{names, options::Known};

fn suggestion(name: &str) -> String {
    let text = names::unknown(name);
    text.trim_start_matches(&format!("unknown option `{name}`; ")).to_owned()
}

#[test]
fn a_misspelt_option_is_recognised() {
    let misspelt = [
        ("redirct", "redirect"),
        ("rediretc", "redirect"),
        ("redriect", "redirect"),
        ("Redirect", "redirect"),
        ("REDIRECT", "redirect"),
        ("stdou", "stdout"),
        ("stderror", "stderr"),
        ("sdtin", "stdin"),
        ("closefd", "close_fd"),
        ("close_df", "close_fd"),
        ("chdri", "chdir"),
        ("cdir", "chdir"),
        ("pidFiel", "pid_file"),
        ("pidd_file", "pid_file"),
        ("befor", "before"),
        ("whn", "when"),
        ("crat", "crate"),
    ];
    for (written, meant) in misspelt {
        assert_eq!(suggestion(written), format!("did you mean `{meant}`?"), "{written}");
    }
}

#[test]
fn an_option_in_capitals_or_with_one_letter_left_out_is_recognised() {
    for option in Known::ALL {
        let expected = format!("`{}`", option.name());
        assert!(suggestion(&option.name().to_uppercase()).contains(&expected));
        for left_out in 0..option.name().len() {
            let mut name = option.name().to_owned();
            name.remove(left_out);
            assert!(
                suggestion(&name).contains(&expected) && !suggestion(&name).contains("options"),
                "{name}"
            );
        }
    }
}

#[test]
fn a_name_from_elsewhere_is_translated() {
    let translations = [
        ("redirect_std", "redirect"),
        ("log", "redirect"),
        ("logfile", "redirect"),
        ("log_file", "redirect"),
        ("stdio", "redirect"),
        ("pidfile", "pid_file"),
        ("pid_path", "pid_file"),
        ("working_directory", "chdir"),
        ("workingDirectory", "chdir"),
        ("work_dir", "chdir"),
        ("workdir", "chdir"),
        ("cwd", "chdir"),
        ("foreground", "when"),
        ("detach", "when"),
        ("daemon", "when"),
        ("close_fds", "close_fd"),
    ];
    for (foreign, here) in translations {
        let advice = suggestion(foreign);
        assert!(
            advice.starts_with(&format!("`{foreign}` is called `{here}` here, as in `{here} = ")),
            "{foreign}: {advice}"
        );
    }
}

#[test]
fn no_translation_hides_an_option() {
    for (foreign, here) in names::BROUGHT_ALONG {
        assert!(Known::find(foreign).is_none(), "{foreign} is an option, said to be {here:?}");
    }
}

#[test]
fn a_name_like_no_other_gets_the_list() {
    for name in ["x", "before_all", "colour", "größe", "verbose_output_level"] {
        let advice = suggestion(name);
        assert!(advice.starts_with("the options are `before`, `chdir`, "), "{name}: {advice}");
        for option in Known::ALL {
            assert!(advice.contains(&format!("`{}`", option.name())), "{advice}");
        }
    }
}

#[test]
fn examples_show_their_own_option() {
    for option in Known::ALL {
        assert!(
            option.example().starts_with(&format!("{} = ", option.name())),
            "{}",
            option.example()
        );
    }
}
