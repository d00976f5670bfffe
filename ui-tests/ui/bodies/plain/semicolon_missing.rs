// This program is the same

// without the attribute.
fn main() {
    let number = 5
    let text = "five";
}
