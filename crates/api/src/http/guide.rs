//! The guide for who writes programs (`/docs/guide`), in both languages.

use crate::error::Problem;
use crate::gate;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, LOCATION, VARY};
use actix_web::web::Path;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use domain::Locale;

/// Address, tag and title of a page, what it says, and how the other one is called.
struct Page {
    name: &'static str,
    tag: &'static str,
    title: &'static str,
    text: &'static str,
    other: (&'static str, &'static str),
}

const PAGES: [Page; 2] = [
    Page {
        name: "zh",
        tag: "zh-CN",
        title: "程序接入指南",
        text: include_str!("guide/zh.html"),
        other: ("en", "English"),
    },
    Page {
        name: "en",
        tag: "en",
        title: "Guide for programs",
        text: include_str!("guide/en.html"),
        other: ("zh", "中文"),
    },
];

/// `GET /docs/guide`: leads to the page in the caller's language.
pub async fn choice(request: HttpRequest) -> HttpResponse {
    let asked = request
        .extensions()
        .get::<gate::Request>()
        .and_then(|about| about.locale);
    let name = match asked.unwrap_or_default() {
        Locale::Zh => "guide/zh",
        Locale::En => "guide/en",
    };
    HttpResponse::Found()
        .insert_header((LOCATION, name))
        .insert_header((VARY, "Accept-Language"))
        .finish()
}

/// `GET /docs/guide/en`
pub async fn page(language: Path<String>) -> Result<HttpResponse, Problem> {
    let page = PAGES.iter().find(|page| page.name == *language);
    let page = page.ok_or_else(|| Problem::request(StatusCode::NOT_FOUND, "no_such_route"))?;
    let Page {
        tag,
        title,
        text,
        other: (address, other),
        ..
    } = page;
    let html = format!(
        "<!doctype html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <link rel=\"stylesheet\" href=\"../errors.css\">\n</head>\n<body>\n<p><a href=\"{address}\">{other}</a></p>\n{text}</body>\n</html>\n"
    );
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(html))
}
