//! The new `main`, literally.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse_quote;

use crate::{
    entry::Item,
    expand::{editor, expand},
};

#[track_caller]
fn becomes(options: TokenStream, item: TokenStream, expected: &TokenStream) {
    assert_eq!(expand(options, item).to_string(), expected.to_string());
}

#[test]
fn plain() {
    becomes(
        quote!(redirect = "out.log", chdir = false),
        quote! { fn main() { println!("body"); } },
        &quote! {
            fn main() {
                fn main() { println!("body"); }
                ::daemonize_runtime::Daemon::new().redirect("out.log").chdir(false).start_first_or_exit();
                main()
            }
        },
    );
}

#[test]
fn before_fills_the_parameter() {
    becomes(
        quote!(before = Args::parse()?, redirect = &args.log),
        quote! {
            /// The greeter.
            #[allow(clippy::unwrap_used)]
            pub fn main(mut args: Args) -> Result<(), Error> { args.log.clear(); Ok(()) }
        },
        &quote! {
            /// The greeter.
            #[allow(clippy::unwrap_used)]
            pub fn main() -> Result<(), Error> {
                fn r#main(mut args: Args) -> Result<(), Error> { args.log.clear(); Ok(()) }
                ::daemonize_runtime::__note_inherited();
                let args: Args = Args::parse()?;
                ::daemonize_runtime::Daemon::new().redirect(&args.log).start_or_exit();
                r#main(args)
            }
        },
    );
}

#[test]
fn what_is_inherited_is_noted_before_code_of_the_programs() {
    becomes(
        quote!(redirect = log(), crate = my::runtime),
        quote! { fn main() { body() } },
        &quote! {
            fn main() {
                fn main() { body() }
                my::runtime::__note_inherited();
                my::runtime::Daemon::new().redirect(log()).start_or_exit();
                main()
            }
        },
    );
}

#[test]
fn a_parameter_that_only_the_options_use_is_no_reason_for_a_warning() {
    for value in [quote!(&args.log), quote!(format!("{args}.log"))] {
        becomes(
            quote!(before = Args::parse(), redirect = #value),
            quote! { fn main(args: Args) { work() } },
            &quote! {
                fn main() {
                    fn r#main(#[allow(unused_variables)] args: Args) { work() }
                    ::daemonize_runtime::__note_inherited();
                    let args: Args = Args::parse();
                    ::daemonize_runtime::Daemon::new().redirect(#value).start_or_exit();
                    r#main(args)
                }
            },
        );
    }
}

#[test]
fn commands_are_answered_before_anything_else() {
    becomes(
        quote!(
            commands = true,
            before = Args::parse(),
            chdir = false,
            redirect = "bot.log",
            when = args.detach
        ),
        quote! { fn main(args: Args) { args.run() } },
        &quote! {
            fn main() {
                fn r#main(args: Args) { args.run() }
                ::daemonize_runtime::__note_inherited();
                let main =
                    ::daemonize_runtime::Daemon::with_commands(true, false).redirect("bot.log");
                main.answer_commands();
                let args: Args = Args::parse();
                main.chdir(false).when(args.detach).start_or_exit();
                r#main(args)
            }
        },
    );
}

#[test]
fn the_words_learn_whether_there_is_a_parser_and_whether_files_vary() {
    for (options, hints) in [
        (quote!(commands = true), quote!(false, false)),
        (quote!(commands = true, pid_file = true), quote!(false, false)),
        (quote!(commands = true, pid_file = instance()), quote!(false, true)),
        (quote!(commands = true, stderr = LOG), quote!(false, true)),
        (quote!(commands = true, stop_timeout = LIMIT), quote!(false, false)),
    ] {
        let tokens = expand(
            options,
            quote!(
                fn main() {}
            ),
        )
        .to_string();
        let call = quote!(Daemon::with_commands(#hints)).to_string();
        assert!(tokens.contains(&call), "{tokens}");
    }
}

#[test]
fn the_builder_that_has_answered_and_a_hidden_value_are_one_variable() {
    becomes(
        quote!(commands = true, before = f(), when = log.is_empty()),
        quote! { fn main(Args { log, .. }: Args) { drop(log) } },
        &quote! {
            fn main() {
                fn r#main(Args { log, .. }: Args) { drop(log) }
                ::daemonize_runtime::__note_inherited();
                let main = ::daemonize_runtime::Daemon::with_commands(true, false);
                main.answer_commands();
                let mut main: (_, Args) = (main, f());
                {
                    let Args { log, .. } = main.1;
                    main.0.when(log.is_empty()).start_or_exit();
                    main.1.log = log;
                }
                r#main(main.1)
            }
        },
    );
    becomes(
        quote!(commands = true, before = f()),
        quote! { fn main(_: Args) {} },
        &quote! {
            fn main() {
                fn r#main(_: Args) {}
                ::daemonize_runtime::__note_inherited();
                let main = ::daemonize_runtime::Daemon::with_commands(true, false);
                main.answer_commands();
                let main: (_, Args) = (main, f());
                main.0.start_or_exit();
                r#main(main.1)
            }
        },
    );
}

#[test]
fn without_commands_nothing_is_answered() {
    becomes(
        quote!(commands = false),
        quote! { fn main() { body() } },
        &quote! {
            fn main() {
                fn main() { body() }
                ::daemonize_runtime::Daemon::new().start_first_or_exit();
                main()
            }
        },
    );
}

#[test]
fn a_parameter_without_a_plain_name_gets_a_hidden_one() {
    for pattern in [quote!((a, b)), quote!(_), quote!(_guard), quote!(ref a), quote!(a @ _)] {
        becomes(
            quote!(before = f()),
            quote! { fn main(#pattern: Pair) {} },
            &quote! {
                fn main() {
                    fn r#main(#pattern: Pair) {}
                    ::daemonize_runtime::__note_inherited();
                    let main: Pair = f();
                    ::daemonize_runtime::Daemon::new().start_or_exit();
                    r#main(main)
                }
            },
        );
    }
}

#[test]
fn the_options_have_what_a_pattern_binds() {
    for (pattern, kind, used, taken, back) in [
        (
            quote!(Args { mut log, level }),
            quote!(Args),
            quote!(log),
            quote!(Args { log, .. }),
            quote!(main.log = log;),
        ),
        (
            quote!(Args { log: Log { path }, .. }),
            quote!(Args),
            quote!(path),
            quote!(Args { log: Log { path }, .. }),
            quote!(main.log.path = path;),
        ),
        (
            quote!((_, Number(a, _))),
            quote!(Pair),
            quote!(a),
            quote!((_, Number(a, _))),
            quote!(main.1 .0 = a;),
        ),
        (quote!((.., a)), quote!((u8, u8, u8)), quote!(a), quote!((.., a)), quote!(main.2 = a;)),
        (quote!((a,)), quote!((u8,)), quote!(a), quote!((a,)), quote!(main.0 = a;)),
        (quote!([mut a, b]), quote!([u8; 2]), quote!(a), quote!([a, b,]), quote!(main = [a, b,];)),
        (
            quote!(Ok(a)),
            quote!(Result<u8, Infallible>),
            quote!(a),
            quote!(Ok(a,)),
            quote!(main = Ok(a,);),
        ),
        (quote!(main), quote!(u8), quote!(main), quote!(main), quote!(main = main;)),
        (quote!(ref a), quote!(u8), quote!(a), quote!(ref a), quote!()),
        (quote!(Args { log }), quote!(&'static Args), quote!(log), quote!(Args { log }), quote!()),
        (quote!((n, &[a, ..])), quote!((u8, &[u8; 2])), quote!(a), quote!((_, &[a, ..])), quote!()),
    ] {
        let mutability = (!back.is_empty()).then(|| quote!(mut));
        becomes(
            quote!(before = f(), redirect = &#used),
            quote! { fn main(#pattern: #kind) { drop(#used) } },
            &quote! {
                fn main() {
                    fn r#main(#pattern: #kind) { drop(#used) }
                    ::daemonize_runtime::__note_inherited();
                    let #mutability main: #kind = f();
                    {
                        let #taken = main;
                        ::daemonize_runtime::Daemon::new().redirect(&#used).start_or_exit();
                        #back
                    }
                    r#main(main)
                }
            },
        );
    }
}

#[test]
fn a_variable_with_an_underscore_is_there_for_the_options() {
    becomes(
        quote!(before = f(), redirect = &_args.log),
        quote! { fn main(_args: Args) {} },
        &quote! {
            fn main() {
                fn r#main(_args: Args) {}
                ::daemonize_runtime::__note_inherited();
                let _args: Args = f();
                ::daemonize_runtime::Daemon::new().redirect(&_args.log).start_or_exit();
                r#main(_args)
            }
        },
    );
}

#[test]
fn a_text_with_the_letters_of_a_variable_does_not_use_it() {
    for (value, is_used) in [
        (quote!("n.log"), false),
        (quote!(format!("n{{n}}")), false),
        (quote!(format!("{n}")), true),
        (quote!(format!("{:>n$}", 5)), true),
        (quote!(format!("{:?}", n)), true),
        (quote!(a.n), false),
        (quote!(n::a), false),
        (quote!(A { n: 5 }), false),
        (quote!(A { n }), true),
        (quote!(a[0..n]), true),
        (quote!(n!()), false),
        (quote!(m!(n != 5)), true),
    ] {
        let allow = is_used.then(|| quote!(#[allow(unused_variables)]));
        becomes(
            quote!(before = 5, redirect = #value),
            quote! { fn main(n: u8) { println!("n") } },
            &quote! {
                fn main() {
                    fn r#main(#allow n: u8) { println!("n") }
                    ::daemonize_runtime::__note_inherited();
                    let n: u8 = 5;
                    ::daemonize_runtime::Daemon::new().redirect(#value).start_or_exit();
                    r#main(n)
                }
            },
        );
    }
}

#[test]
fn a_parameter_under_a_condition() {
    becomes(
        quote!(before = f()),
        quote! { fn main(#[cfg(unix)] n: u8) {} },
        &quote! {
            fn main() {
                fn r#main(#[cfg(unix)] n: u8) {}
                ::daemonize_runtime::__note_inherited();
                #[cfg(all(all(unix,), not(any())))]
                {
                    let n: u8 = f();
                    ::daemonize_runtime::Daemon::new().start_or_exit();
                    r#main(n)
                }
                #[cfg(all(all(unix,), any(), not(any())))]
                {
                    ::std::compile_error! { "`main` takes at most one parameter, the value of `before`" }
                    loop {}
                }
                #[cfg(not(any(all(unix,),)))]
                {
                    ::std::compile_error! { "`before` has a value, but `main` has no parameter to take it, as in `fn main(_: ())`" }
                    loop {}
                }
            }
        },
    );
}

#[test]
fn an_executor_is_the_runtimes_business() {
    becomes(
        quote!(),
        quote! { #[apply(main!)] async fn main(executor: &Executor<'_>) {} },
        &quote! {
            fn main() {
                #[doc(alias = "daemonized by daemonize-runtime")]
                #[apply(main!)]
                async fn r#main(executor: &Executor<'_>) {}
                ::daemonize_runtime::Daemon::new().start_first_or_exit();
                r#main()
            }
        },
    );
}

#[test]
fn attributes_that_do_something_go_with_the_users_function() {
    becomes(
        quote!(crate = my::runtime),
        quote! {
            #[tokio::main(flavor = "current_thread")]
            #[expect(unused)]
            #[instrument]
            async fn main() -> ExitCode { run().await }
        },
        &quote! {
            #[expect(unused)]
            fn main() -> ExitCode {
                #[doc(alias = "daemonized by daemonize-runtime")]
                #[tokio::main(flavor = "current_thread")]
                #[instrument]
                async fn main() -> ExitCode { run().await }
                my::runtime::Daemon::new().start_first_or_exit();
                main()
            }
        },
    );
}

#[test]
fn beside_an_error_the_options_stay_and_nothing_starts() {
    becomes(
        quote!(before = Args::parse(), redirct = &args.log, chdir = false, stdin = 5),
        quote! { fn main(args: Args) -> u8 { serve(args) } },
        &quote! {
            fn main() -> u8 {
                fn r#main(args: Args) -> u8 { serve(args) }
                let args: Args = Args::parse();
                let _ = &args;
                let _ = &args.log;
                let _ = ::daemonize_runtime::Daemon::new().chdir(false);
                loop {}
            }
            ::std::compile_error! { "unknown option `redirct`; did you mean `redirect`?" }
            ::std::compile_error! { "`stdin` takes a path, as in `stdin = \"commands.txt\"`" }
        },
    );
}

#[test]
fn what_a_mistake_leaves_open_is_left_open() {
    becomes(
        quote!(befor, crate = 5, redirect = &args.log),
        quote! { fn main(args: Args) {} },
        &quote! {
            fn main() {
                fn r#main(args: Args) {}
                let args: Args = ::core::option::Option::None.unwrap();
                let _ = &args;
                let _ = &args.log;
                loop {}
            }
            ::std::compile_error! { "unknown option `befor`; did you mean `before`?" }
            ::std::compile_error! { "`crate` takes a path, as in `crate = my::daemonize_runtime`" }
        },
    );
}

#[test]
fn a_function_that_others_call_stays_as_it_is() {
    becomes(
        quote!(chdir = false),
        quote! { #[inline] pub unsafe fn run<T>(n: T) -> T where T: Copy { n } },
        &quote! {
            #[inline] pub unsafe fn run<T>(n: T) -> T where T: Copy { n }
            ::std::compile_error! { "only `main` can be daemonized, and this is `run`; elsewhere, use the builder `Daemon`" }
        },
    );
}

#[test]
fn an_item_that_is_no_function_stays_as_it_is() {
    becomes(
        quote!(),
        quote! { pub struct Main; },
        &quote! {
            ::std::compile_error! { "`#[daemonize]` goes on `fn main`" }
            pub struct Main;
        },
    );
}

#[test]
fn editors_get_a_sketch_of_what_is_not_finished() {
    let main = parse_quote! { fn main(args: Args) {} };
    let Item { function: Some(main) } = main else { panic!("this is a function") };
    let options =
        quote!(before = Args::parse(), redirect = &args., commands =, crate = my::runtime, chd);
    let sketch = editor::sketch(options, &main).to_string();
    for piece in [
        quote! { let args: Args = Args::parse(); },
        quote! { |Options { before: _, redirect: _, commands: _, chd .. }: Options| {}; },
        quote! { |Runtime { runtime: _ }: Runtime| {}; },
        quote! { let _ = ; },
        quote! { my::runtime::Daemon::new().redirect(&args.); },
    ] {
        assert!(sketch.contains(&piece.to_string()), "{piece} in {sketch}");
    }
}
