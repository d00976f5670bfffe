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
        ("out", "stdout"),
        ("err", "stderr"),
        ("dir", "chdir"),
        ("username", "user"),
        ("stdout_path", "stdout"),
        ("fork", "when"),
        ("lock", "pid_file"),
        ("noclose", "close_fd"),
        ("keep_fds", "close_inherited"),
        ("PIDFile", "pid_file"),
        ("WorkingDirectory", "chdir"),
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
fn the_opposite_of_an_option_is_written_with_false() {
    for (opposite, here) in [
        ("no_chdir", "chdir"),
        ("nochdir", "chdir"),
        ("no_pid_file", "pid_file"),
        ("nopidfile", "pid_file"),
        ("no_fork", "when"),
        ("without_lock", "pid_file"),
        ("disable_restart", "restart"),
        ("skip_umask", "umask"),
    ] {
        let advice = suggestion(opposite);
        let expected = [
            format!("`{opposite}` is written `{here} = false` here"),
            format!("`{opposite}` is the default; leave out `{here}`"),
        ];
        assert!(expected.contains(&advice), "{advice}");
    }
}

#[test]
fn what_no_single_option_answers_has_a_sentence() {
    assert!(suggestion("chown_pid_file").starts_with("`chown_pid_file` is left out on purpose: "));
    assert!(suggestion("timeout").starts_with("`timeout` is called `stop_timeout` here; "));
    assert!(suggestion("execute").contains("`start_and_return()`"));
    assert!(suggestion("setup_post_init_hook").contains(" is the body of `main` here"));
    assert!(suggestion("name").starts_with("`name` is left to the body: "));
    assert!(suggestion("truncate").contains("`redirect = File::create(\"out.log\")?`"));
    assert!(suggestion("append").starts_with("`append` is not needed: "));
    assert!(suggestion("file_mode").starts_with("`file_mode` is set by the bits that it lacks, "));
}

#[test]
fn a_translation_leads_to_one_option_and_hides_none() {
    for (here, foreign) in names::BROUGHT_ALONG {
        for name in foreign.split_whitespace() {
            assert!(Known::find(name).is_none(), "{name} is an option");
            let is_translated = suggestion(name).contains(&format!("is called `{}`", here.name()));
            assert!(is_translated, "{name} is said to be two options");
        }
    }
}

#[test]
fn a_name_like_no_other_gets_the_list() {
    for name in ["x", "before_all", "colour", "größe", "verbose_output_level", "path", "runtime"]
    {
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
