// The same program without the attribute.
//
// Its body is on the same lines.
fn main() -> Result<(), String> {
    std::fs::read_to_string(;
    Ok(())
}
