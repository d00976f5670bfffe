use daemonize_runtime::daemonize;

#[tokio::main]
#[daemonize(before = 5)]
async fn main(number: u32) {
    let _ = number;
}
