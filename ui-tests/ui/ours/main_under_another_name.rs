use daemonize_runtime::daemonize;

#[daemonize(chdir = false)]
fn run() {}

fn main() {
    run();
}
