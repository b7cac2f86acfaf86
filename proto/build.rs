//! Makes Rust of the API, without protoc.

use std::{env, fs, path::PathBuf};

/// Messages with a key in them, or with what is known of people: how they are printed is written by hand, in
/// `src/api.rs`.
const NOT_PRINTED: [&str; 9] = [
    ".hourbook.v1.CreateKeyResponse",
    ".hourbook.v1.RotateKeyResponse",
    ".hourbook.v1.EndpointKey",
    ".hourbook.v1.Contact",
    ".hourbook.v1.Profile",
    ".hourbook.v1.SearchMembersRequest",
    ".hourbook.v1.Letter",
    ".hourbook.v1.LetterLine",
    ".hourbook.v1.GetRecordOfHelpResponse",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=proto");
    let files = ["ledger", "audit", "access", "directory", "exchange", "redemption", "hook"]
        .map(|name| format!("proto/hourbook/v1/{name}.proto"));
    let descriptors = protox::compile(files, ["proto"])?;
    // Reflection answers with the same descriptors, so it cannot disagree.
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("descriptors.bin"), protox::prost::Message::encode_to_vec(&descriptors))?;
    tonic_prost_build::configure().skip_debug(NOT_PRINTED).compile_fds(descriptors)?;
    Ok(())
}
