//! What JSON must look like before its values are read: every field is known, none is said twice, and a time
//! says where it is the time.
//!
//! Why not leave this to the reader of values: it takes the last of two values, and a time without an offset
//! for one of Greenwich, which is an hour off in half of the year.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Names that are this near, of 1, are suggested for one that is not known.
const NEAR_ENOUGH: f64 = 0.5;
/// Messages whose JSON is not an object of their fields.
const OF_THEIR_OWN: &str = "google.protobuf.";
/// What is said of a name that is there already.
const TWICE: &str = "this is said twice";
/// The time.
pub const TIMESTAMP: &str = "google.protobuf.Timestamp";

/// One value. Says whether it is one, which `null` is not.
#[derive(Clone, Copy)]
pub enum Shape<'a> {
    /// A message.
    Message(&'a MessageDescriptor),
    /// Whatever a field may hold.
    Field(&'a FieldDescriptor),
    /// One of the values of a list.
    Element(&'a FieldDescriptor),
    /// A value that the reader of values looks at alone.
    Any,
}

impl<'de> DeserializeSeed<'de> for Shape<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Shape<'_> {
    /// The message an object here would be, if it is one of its fields.
    fn message(self) -> Option<MessageDescriptor> {
        let message = match self {
            Self::Message(message) => Some(message.clone()),
            Self::Field(field) if field.is_list() || field.is_map() => None,
            Self::Field(field) | Self::Element(field) => field.kind().as_message().cloned(),
            Self::Any => None,
        };
        message.filter(|message| !message.full_name().starts_with(OF_THEIR_OWN))
    }

    /// What the values of a map are.
    fn values(self) -> Option<FieldDescriptor> {
        let Self::Field(field) = self else { return None };
        let Kind::Message(entry) = field.kind() else { return None };
        entry.is_map_entry().then(|| entry.map_entry_value_field())
    }

    fn is_time(self) -> bool {
        let (Self::Field(field) | Self::Element(field)) = self else { return false };
        matches!(field.kind(), Kind::Message(message) if message.full_name() == TIMESTAMP)
    }
}

impl<'de> Visitor<'de> for Shape<'_> {
    type Value = bool;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<bool, E> {
        Ok(true)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<bool, E> {
        Ok(true)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<bool, E> {
        Ok(true)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<bool, E> {
        Ok(true)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<bool, E> {
        if self.is_time() && !says_its_offset(text) {
            return Err(E::custom("say which offset it has: Z, or one such as +01:00"));
        }
        Ok(true)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<bool, A::Error> {
        let element = if let Self::Field(field) = self { Shape::Element(field) } else { Shape::Any };
        while list.next_element_seed(element)?.is_some() {}
        Ok(true)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<bool, A::Error> {
        let Some(message) = self.message() else {
            let (mut seen, values) = (HashSet::new(), self.values());
            while object.next_key_seed(Key(&mut seen))?.is_some() {
                object.next_value_seed(values.as_ref().map_or(Shape::Any, Shape::Field))?;
            }
            return Ok(true);
        };
        let (mut seen, mut chosen) = (HashSet::new(), HashSet::new());
        while let Some(field) = object.next_key_seed(Name { message: &message, seen: &mut seen })? {
            let is_said = object.next_value_seed(Shape::Field(&field))?;
            let Some(choice) = field.containing_oneof().filter(|_| is_said) else { continue };
            if !chosen.insert(choice.name().to_owned()) {
                let names: Vec<_> = choice.fields().map(|field| field.json_name().to_owned()).collect();
                return Err(A::Error::custom(format!(
                    "only one of these can be given: {}",
                    names.join(", ")
                )));
            }
        }
        Ok(true)
    }
}

/// The name of a field.
struct Name<'a> {
    message: &'a MessageDescriptor,
    seen: &'a mut HashSet<u32>,
}

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = FieldDescriptor;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<FieldDescriptor, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = FieldDescriptor;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("the name of a field")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<FieldDescriptor, E> {
        let field =
            self.message.get_field_by_json_name(name).or_else(|| self.message.get_field_by_name(name));
        let field = field.ok_or_else(|| E::custom(unknown(self.message, name)))?;
        if !self.seen.insert(field.number()) {
            return Err(E::custom(TWICE));
        }
        Ok(field)
    }
}

/// Any name, once.
struct Key<'a>(&'a mut HashSet<String>);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let name = <Cow<'_, str> as serde::Deserialize>::deserialize(deserializer)?;
        if !self.0.insert(name.into_owned()) {
            return Err(D::Error::custom(TWICE));
        }
        Ok(())
    }
}

fn unknown(message: &MessageDescriptor, name: &str) -> String {
    let known: Vec<_> = message.fields().map(|field| field.json_name().to_owned()).collect();
    let near = |other: &String| strsim::normalized_levenshtein(&name.to_lowercase(), &other.to_lowercase());
    let nearest = known.iter().max_by(|one, other| near(one).total_cmp(&near(other)));
    match nearest.filter(|other| near(other) >= NEAR_ENOUGH) {
        Some(other) => format!("there is no such field in {}; {other} is one", message.name()),
        None => format!("there is no such field in {}; there are: {}", message.name(), known.join(", ")),
    }
}

/// Whether a time ends in `Z` or in an offset.
fn says_its_offset(text: &str) -> bool {
    let Some((_, time)) = text.split_once(['T', 't', ' ']) else { return false };
    time.ends_with(['Z', 'z']) || time.contains(['+', '-'])
}
