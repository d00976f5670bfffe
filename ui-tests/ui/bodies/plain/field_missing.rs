// This program is the same

// without the attribute.
fn main() {
    let text = String::new();
    text.
}
