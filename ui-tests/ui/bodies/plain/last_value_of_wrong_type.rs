// This program is the same

// without the attribute.
fn main() -> Result<(), String> {
    5
}
