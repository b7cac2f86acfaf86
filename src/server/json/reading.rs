//! JSON → message, as proto3 JSON says, and in words what is wrong with JSON that is none.
//!
//! No value is ever repeated in what is said of a mistake: it may be somebody's PIN.

use prost_reflect::{DynamicMessage, EnumDescriptor, Kind, MessageDescriptor};
use serde::de::DeserializeSeed;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment, Track};

use super::shape::{Shape, TIMESTAMP};

/// Bytes of the name of a field that is said back; a caller's JSON may have longer ones.
const FIELD_BYTES_MAX: usize = 200;

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The field, such as `transfers[3].amountSeconds`; empty for the whole.
    pub field: String,
    /// What is wrong with it.
    pub what: String,
    /// Where it stands, both from 1.
    pub line: usize,
    /// In bytes.
    pub column: usize,
}

impl Mistake {
    /// In one sentence.
    pub fn sentence(&self) -> String {
        let Self { field, what, line, column } = self;
        let about = if field.is_empty() { "the JSON" } else { field };
        format!("{about}: {what} (line {line}, column {column}); nothing was done")
    }
}

/// The message that `json` says.
pub fn read(input: &MessageDescriptor, json: &[u8]) -> Result<DynamicMessage, Mistake> {
    walk(Shape::Message(input), json).map_err(|(path, error)| said(input, &path, &error, Of::Shape))?;
    walk(input.clone(), json).map_err(|(path, error)| said(input, &path, &error, Of::Values))
}

fn walk<'de, S: DeserializeSeed<'de>>(
    seed: S,
    json: &'de [u8],
) -> Result<S::Value, (Path, serde_json::Error)> {
    let mut reader = serde_json::Deserializer::from_slice(json);
    let mut track = Track::new();
    let value = seed.deserialize(serde_path_to_error::Deserializer::new(&mut reader, &mut track));
    value.and_then(|value| reader.end().map(|()| value)).map_err(|error| (track.path(), error))
}

/// Which reading found a mistake.
#[derive(Clone, Copy)]
enum Of {
    /// Ours, whose words can be repeated.
    Shape,
    /// The library's, whose words repeat values.
    Values,
}

fn said(input: &MessageDescriptor, path: &Path, error: &serde_json::Error, of: Of) -> Mistake {
    let (line, column) = (error.line(), error.column());
    let words = error.to_string();
    let words = words.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&words);
    let what = match (error.classify(), of) {
        (Category::Data, Of::Values) => format!("must be {}", wanted(input, path)),
        (Category::Data, Of::Shape) => words.to_owned(),
        (Category::Syntax | Category::Eof | Category::Io, _) => format!("this is no JSON: {words}"),
    };
    // A text that is no JSON has no fields, only places.
    let field = if error.is_data() { named(path) } else { String::new() };
    Mistake { field, what, line, column }
}

fn named(path: &Path) -> String {
    let whole = if path.iter().next().is_none() { String::new() } else { path.to_string() };
    if whole.len() <= FIELD_BYTES_MAX {
        return whole;
    }
    format!("{}…", whole.split_at(whole.floor_char_boundary(FIELD_BYTES_MAX)).0)
}

/// What must stand at `path`.
fn wanted(input: &MessageDescriptor, path: &Path) -> String {
    let mut kind = Kind::Message(input.clone());
    let mut is_list = false;
    for segment in path {
        match segment {
            Segment::Map { key } => {
                let Kind::Message(message) = &kind else { break };
                let field = if message.is_map_entry() {
                    Some(message.map_entry_value_field())
                } else {
                    message.get_field_by_json_name(key).or_else(|| message.get_field_by_name(key))
                };
                let Some(field) = field else { break };
                (kind, is_list) = (field.kind(), field.is_list());
            }
            Segment::Seq { .. } => is_list = false,
            Segment::Enum { .. } | Segment::Unknown => break,
        }
    }
    if is_list { "a list".to_owned() } else { of_kind(&kind) }
}

fn of_kind(kind: &Kind) -> String {
    match kind {
        Kind::Double | Kind::Float => "a number".to_owned(),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => "a whole number of 32 bits".to_owned(),
        Kind::Uint32 | Kind::Fixed32 => "a whole number of 32 bits, not below zero".to_owned(),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
            "a whole number of 64 bits, as a number or in quotes".to_owned()
        }
        Kind::Uint64 | Kind::Fixed64 => {
            "a whole number of 64 bits, not below zero, as a number or in quotes".to_owned()
        }
        Kind::Bool => "true or false".to_owned(),
        Kind::String => "text in quotes".to_owned(),
        Kind::Bytes => "bytes as base64 in quotes".to_owned(),
        Kind::Enum(names) => format!("one of {}, in quotes", known(names)),
        Kind::Message(message) if message.full_name() == TIMESTAMP => {
            "a time such as \"2026-05-05T09:00:00Z\"".to_owned()
        }
        Kind::Message(message) => format!("an object, as {} is", message.name()),
    }
}

fn known(names: &EnumDescriptor) -> String {
    names
        .values()
        .filter(|value| value.number() != 0)
        .map(|value| value.name().to_owned())
        .collect::<Vec<_>>()
        .join(", ")
}
