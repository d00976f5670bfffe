//! One JSON object on one line.

/// An object that is being written.
pub(crate) struct Object(String);

impl Object {
    #[inline]
    pub(crate) fn new() -> Self {
        Self(String::new())
    }

    #[inline]
    pub(crate) fn text(self, name: &str, value: Option<&str>) -> Self {
        self.member(name, &value.map_or_else(|| "null".to_owned(), quoted))
    }

    pub(crate) fn value(self, name: &str, value: Option<impl ToString>) -> Self {
        self.member(name, &value.map_or_else(|| "null".to_owned(), |value| value.to_string()))
    }

    /// Adds a member whose value is JSON already.
    #[inline]
    fn member(mut self, name: &str, value: &str) -> Self {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        self.0.extend([&quoted(name), ":", value]);
        self
    }

    #[inline]
    pub(crate) fn finish(self) -> String {
        self.0 + "}"
    }
}

/// A JSON string.
#[inline]
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            // In Rust's form of the escape the number stands in braces, in JSON's it has four
            // digits.
            _ if character.is_control() => {
                quoted.extend(["\\u", &format!("{:04x}", u32::from(character))]);
            }
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_quoted_and_values_are_not() {
        let object = Object::new()
            .text("a\n", Some("a\"b\\c\nd\u{1b}é"))
            .text("b", None)
            .value("c", Some(1))
            .value("d", None::<bool>);
        let expected = r#"{"a\u000a":"a\"b\\c\u000ad\u001bé","b":null,"c":1,"d":null}"#;
        assert_eq!(object.finish(), expected);
    }
}
