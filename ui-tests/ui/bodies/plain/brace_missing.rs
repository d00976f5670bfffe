// This program is the same

// without the attribute.
fn main() {
    if true {
        println!("open");
}
