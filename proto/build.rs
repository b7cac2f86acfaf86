//! Makes Rust of the API, without protoc.

use std::{env, fs, path::PathBuf};

/// Messages with a key in them: how they are printed is written by hand, in `src/api.rs`.
const WITH_A_KEY: [&str; 2] = [".hourbook.v1.CreateKeyResponse", ".hourbook.v1.RotateKeyResponse"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=proto");
    let files =
        ["ledger", "audit", "access", "directory"].map(|name| format!("proto/hourbook/v1/{name}.proto"));
    let descriptors = protox::compile(files, ["proto"])?;
    // Reflection answers with the same descriptors, so it cannot disagree.
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("descriptors.bin"), protox::prost::Message::encode_to_vec(&descriptors))?;
    tonic_prost_build::configure().skip_debug(WITH_A_KEY).compile_fds(descriptors)?;
    Ok(())
}
