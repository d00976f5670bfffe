#![forbid(warnings)]

use daemonize_runtime::daemonize;

#[daemonize(before = connect().await?, redirect = log(&pool).await, stdinn = input().await)]
#[tokio::main]
async fn main(pool: u8) -> Result<(), String> {
    let _ = pool;
    Ok(())
}

async fn connect() -> Result<u8, String> {
    Ok(5)
}

async fn log(_: &u8) -> &'static str {
    "out.log"
}

async fn input() -> &'static str {
    "in"
}
