//! The files that pages load: a style sheet and an icon. Their names change with their content, so
//! browsers may keep them for good.

use crate::error::{ApiError, code};
use actix_web::http::header::{CACHE_CONTROL, ETAG};
use actix_web::{HttpResponse, get, web};

/// A file that is part of the binary.
pub(crate) struct Asset {
    stem: &'static str,
    extension: &'static str,
    content_type: &'static str,
    text: &'static str,
    digest: u64,
}

pub(crate) static STYLE: Asset = Asset::new(
    "share",
    "css",
    "text/css; charset=utf-8",
    include_str!("share.css"),
);
pub(crate) static ICON: Asset =
    Asset::new("icon", "svg", "image/svg+xml", include_str!("icon.svg"));

impl Asset {
    const fn new(
        stem: &'static str,
        extension: &'static str,
        content_type: &'static str,
        text: &'static str,
    ) -> Self {
        let digest = digest(text.as_bytes());
        Self {
            stem,
            extension,
            content_type,
            text,
            digest,
        }
    }

    pub(super) fn name(&self) -> String {
        format!("{}-{:016x}.{}", self.stem, self.digest, self.extension)
    }
}

/// FNV-1a: it tells one release's file from another's, and nothing depends on more.
const fn digest(mut bytes: &[u8]) -> u64 {
    let mut digest = 0xcbf2_9ce4_8422_2325;
    while let [first, rest @ ..] = bytes {
        digest = (digest ^ *first as u64).wrapping_mul(0x0100_0000_01b3);
        bytes = rest;
    }
    digest
}

/// A file of the pages; one of another release is not there.
#[get("/assets/{name}")]
pub(crate) async fn get_asset(name: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let asset = [&STYLE, &ICON]
        .into_iter()
        .find(|asset| asset.name() == *name);
    let Some(asset) = asset else {
        return Err(ApiError::new(
            code::ROUTE_NOT_FOUND,
            code::ROUTE_NOT_FOUND.meaning,
        ));
    };
    Ok(HttpResponse::Ok()
        .content_type(asset.content_type)
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((ETAG, format!("\"{:016x}\"", asset.digest)))
        .body(asset.text))
}
