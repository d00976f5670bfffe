// This program is the same

// without the attribute.
fn main() -> Result<(), String> {
    std::fs::read_to_string(;
    Ok(())
}
