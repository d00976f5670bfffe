use daemonize_runtime::daemonize;

#[daemonize(umask = mask(), user = user(), restart = plan(), pid_file = file())]
fn main() {}

fn mask() -> Option<i64> {
    None
}

fn user() -> f32 {
    0.5
}

fn plan() -> bool {
    true
}

fn file() -> Result<u8, bool> {
    Err(false)
}
