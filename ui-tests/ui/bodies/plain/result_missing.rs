// This program is the same

// without the attribute.
fn main() -> Result<(), String> {
    let _ = 5;
}
