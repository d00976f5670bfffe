//! Does not become a daemon. Whoever starts it appends its output to the log.

fn main() {
    bench::prepare().live();
}
