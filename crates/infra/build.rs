//! Lists the migrations for databases that take them statement by statement: the form in which Diesel embeds
//! them does not give their texts.

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let file = entry?.path().join("up.sql");
        if file.exists() {
            files.push(file.canonicalize()?);
        }
    }
    files.sort();
    let mut list = String::from("&[\n");
    for file in files {
        let folder = file.parent().and_then(Path::file_name);
        let name = folder.unwrap_or_default().to_string_lossy();
        list += &format!("    ({name:?}, include_str!({file:?})),\n");
    }
    list += "]\n";
    let place = env::var_os("OUT_DIR").unwrap_or_default();
    fs::write(Path::new(&place).join("migrations.rs"), list)
}
