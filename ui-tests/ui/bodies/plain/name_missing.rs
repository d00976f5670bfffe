// This program is the same

// without the attribute.
fn main() {
    println!("{number}");
    nothing();
}
