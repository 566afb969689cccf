//! The files that pages load: a style sheet, a script, an icon, and the picture of previews. Their names change with their content, so
//! browsers may keep them for good.

use std::sync::LazyLock;

/// A file that is part of the binary.
#[derive(Debug)]
pub struct Asset {
    pub name: String,
    pub content_type: &'static str,
    pub bytes: &'static [u8],
}

pub static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    let style = include_bytes!("share.css");
    Asset::new("share", "css", "text/css; charset=utf-8", style)
});
pub static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    let script = include_bytes!("share.js");
    Asset::new("share", "js", "text/javascript; charset=utf-8", script)
});
pub static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("icon", "svg", "image/svg+xml", include_bytes!("icon.svg")));
pub static PREVIEW: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("preview", "png", "image/png", include_bytes!("preview.png")));

impl Asset {
    fn new(stem: &str, extension: &str, content_type: &'static str, bytes: &'static [u8]) -> Self {
        Self {
            name: format!("{stem}-{:016x}.{extension}", digest(bytes)),
            content_type,
            bytes,
        }
    }
}

/// FNV-1a. It tells one release's file from another's; it is not a cryptographic digest.
#[must_use]
pub const fn digest(mut bytes: &[u8]) -> u64 {
    let mut digest = 0xcbf2_9ce4_8422_2325;
    while let [first, rest @ ..] = bytes {
        digest = (digest ^ *first as u64).wrapping_mul(0x0100_0000_01b3);
        bytes = rest;
    }
    digest
}
