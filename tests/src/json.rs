//! A reader of JSON, as strict as the standard, for what bots print: flat objects on one line.

use std::collections::BTreeMap;

/// The value of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `null`.
    Null,
    /// A whole number that is not negative.
    Number(u32),
    /// A string, without quotes and escapes.
    Text(String),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// The members of an object, which is all that the text holds.
#[must_use]
#[track_caller]
pub fn members(text: &str) -> BTreeMap<String, Value> {
    let mut reader = Reader(text);
    let mut members = BTreeMap::new();
    reader.expect("{");
    loop {
        let key = reader.string();
        reader.expect(":");
        let value = reader.value();
        assert!(members.insert(key, value).is_none(), "a member appears twice: {text}");
        if !reader.skip(",") {
            break;
        }
    }
    reader.expect("}");
    assert_eq!(reader.0, "", "behind the object");
    members
}

/// What is not read yet.
struct Reader<'a>(&'a str);

impl Reader<'_> {
    fn skip(&mut self, token: &str) -> bool {
        let rest = self.0.strip_prefix(token);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    #[track_caller]
    fn expect(&mut self, token: &str) {
        assert!(self.skip(token), "expected {token} at: {}", self.0);
    }

    fn next(&mut self) -> char {
        let mut characters = self.0.chars();
        let next = characters.next().expect("JSON goes on");
        self.0 = characters.as_str();
        next
    }

    fn value(&mut self) -> Value {
        if self.skip("null") {
            return Value::Null;
        }
        if self.0.starts_with('"') {
            return Value::Text(self.string());
        }
        let end =
            self.0.find(|character: char| !character.is_ascii_digit()).unwrap_or(self.0.len());
        let (digits, rest) = self.0.split_at(end);
        self.0 = rest;
        assert!(
            digits == "0" || !digits.starts_with('0'),
            "a number has no leading zeros: {digits}"
        );
        Value::Number(digits.parse().expect("a number"))
    }

    fn string(&mut self) -> String {
        self.expect("\"");
        let mut text = String::new();
        loop {
            match self.next() {
                '"' => return text,
                '\\' => text.push(self.escaped()),
                control @ '\0'..='\x1f' => panic!("not escaped: {control:?}"),
                character => text.push(character),
            }
        }
    }

    fn escaped(&mut self) -> char {
        match self.next() {
            character @ ('"' | '\\' | '/') => character,
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'u' => {
                let (digits, rest) = self.0.split_at(4);
                self.0 = rest;
                u32::from_str_radix(digits, 16)
                    .ok()
                    .and_then(char::from_u32)
                    .expect("a character's number")
            }
            other => panic!("unknown escape: {other}"),
        }
    }
}
