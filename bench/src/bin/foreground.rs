//! Does not become a daemon. The runner appends its output to the log.

fn main() {
    bench::prepare().live();
}
