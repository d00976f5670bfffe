// The same program without the attribute.
//
// Its body is on the same lines.
fn main() {
    let number = 5
    let text = "five";
}
