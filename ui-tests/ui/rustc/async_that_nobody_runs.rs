use daemonize_runtime::daemonize;

use neighbours::instrument as runtime;

#[daemonize]
#[runtime]
async fn main() {
    with_result::main().unwrap();
}

mod with_result {
    #[crate::daemonize(before = 5)]
    #[crate::runtime]
    pub async fn main(number: u8) -> Result<(), String> {
        let _ = number;
        Ok(())
    }
}
