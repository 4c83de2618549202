//! The app: files built into the binary, compressed beforehand.

use crate::request::IfNoneMatch;
use actix_web::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, VARY};
use actix_web::{HttpRequest, HttpResponse};
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};

#[derive(RustEmbed)]
#[folder = "../../dist/"]
struct Files;

/// For the app, and whatever else is served outside the API.
pub const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; \
    connect-src 'self'; font-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "json" | "webmanifest" => "application/json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// The best form of a file that the browser takes.
fn find(request: &HttpRequest, path: &str) -> Option<(EmbeddedFile, Option<&'static str>)> {
    let accepted = request
        .headers()
        .get(ACCEPT_ENCODING)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    for (name, ending) in [("br", "br"), ("gzip", "gz")] {
        if accepted.split(',').any(|e| e.trim().split(';').next() == Some(name))
            && let Some(file) = Files::get(&format!("{path}.{ending}"))
        {
            return Some((file, Some(name)));
        }
    }
    Files::get(path).map(|file| (file, None))
}

/// The app's page for a server under a prefix, which it names wherever it names a file.
fn page_under(prefix: &str, page: &[u8]) -> Vec<u8> {
    let page = String::from_utf8_lossy(page);
    page.replace("=\"/", &format!("=\"{prefix}/")).into_bytes()
}

/// Answers every path outside the API: a file, or the app's page, whose own router knows the address.
pub fn serve(request: &HttpRequest, prefix: &str) -> Option<HttpResponse> {
    let path = request.path().trim_start_matches('/');
    let is_asset = path.starts_with("assets/") || path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    if path.contains("..") || path.ends_with(".br") || path.ends_with(".gz") {
        return None;
    }
    let name = if is_asset { path } else { "index.html" };
    let (file, encoding, hash) = match name {
        "index.html" if !prefix.is_empty() => {
            let page = page_under(prefix, &Files::get(name)?.data);
            let hash = Sha256::digest(&page).into();
            (page, None, hash)
        }
        name => {
            let (file, encoding) = find(request, name)?;
            (file.data.into_owned(), encoding, file.metadata.sha256_hash())
        }
    };
    let etag = format!(
        "\"{}\"",
        hash[..12].iter().map(|b| format!("{b:02x}")).collect::<String>()
    );
    let caching = if name.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let mut response = if IfNoneMatch::of(request).has(&etag) {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header((CACHE_CONTROL, caching))
        .insert_header((ETAG, etag))
        .insert_header((VARY, "Accept-Encoding"))
        .insert_header((CONTENT_TYPE, media_type(name)));
    // What was not compressed beforehand is a developer's, and large: compressing it at each load would only take time.
    response.insert_header((CONTENT_ENCODING, encoding.unwrap_or("identity")));
    Some(response.body(file))
}

/// Whether an app was built in.
pub fn present() -> bool {
    Files::get("index.html").is_some()
}
