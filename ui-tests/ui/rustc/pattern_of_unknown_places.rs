use daemonize_runtime::daemonize;

type Pair = (String, String);

#[daemonize(before = (String::new(), String::new()), redirect = &last)]
fn main((.., last): Pair) {
    drop(last);
}
