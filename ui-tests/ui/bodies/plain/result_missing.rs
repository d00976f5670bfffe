// The same program without the attribute.
//
// Its body is on the same lines.
fn main() -> Result<(), String> {
    let _ = 5;
}
