use daemonize_runtime::daemonize;

#[daemonize(chdir = read<u8, u16>(5), redirect = read<u8>(6))]
fn main() {}
