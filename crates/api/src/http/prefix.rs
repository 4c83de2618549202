//! A server under a prefix (`https://host/crm`): it is taken off paths that come with it, and put before addresses that go out.
//! Proxies may take it off themselves or not.

use actix_web::HttpResponse;
use actix_web::dev::ServiceRequest;
use actix_web::http::Uri;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, LINK, LOCATION};

/// Has the request ask for what stands behind the prefix. None but the prefix alone leads to the slash behind it.
pub fn take_off(request: &mut ServiceRequest, prefix: &str) -> Option<HttpResponse> {
    let rest = request.path().strip_prefix(prefix).filter(|_| !prefix.is_empty())?;
    if rest.is_empty() {
        let place = format!("{prefix}/");
        return Some(
            HttpResponse::PermanentRedirect()
                .insert_header((LOCATION, place))
                .finish(),
        );
    }
    if !rest.starts_with('/') {
        return None;
    }
    let query = request
        .uri()
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    let uri: Uri = format!("{rest}{query}").parse().ok()?;
    request.match_info_mut().get_mut().update(&uri);
    request.head_mut().uri = uri;
    None
}

/// Puts it before the addresses that an answer names.
pub fn put_on(headers: &mut HeaderMap, prefix: &str) {
    if prefix.is_empty() {
        return;
    }
    put_behind(headers, LOCATION, "", prefix);
    put_behind(headers, LINK, "<", prefix);
}

fn put_behind(headers: &mut HeaderMap, name: HeaderName, start: &str, prefix: &str) {
    let Some(rest) = headers
        .get(&name)
        .and_then(|value| value.to_str().ok()?.strip_prefix(start))
    else {
        return;
    };
    let under = rest.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'));
    if !rest.starts_with('/') || rest.starts_with("//") || under {
        return;
    }
    if let Ok(value) = HeaderValue::from_str(&format!("{start}{prefix}{rest}")) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn the_prefix_is_taken_off_where_it_is_one() {
        for (uri, path, query) in [
            ("/crm/api/v1/customers?q=a%20b", "/api/v1/customers", "q=a%20b"),
            ("/api/v1/customers", "/api/v1/customers", ""),
            ("/crmx/a", "/crmx/a", ""),
            ("/crm/", "/", ""),
        ] {
            let mut request = TestRequest::with_uri(uri).to_srv_request();
            assert!(take_off(&mut request, "/crm").is_none());
            assert_eq!((request.path(), request.query_string()), (path, query), "{uri}");
        }
        let mut request = TestRequest::with_uri("/crm").to_srv_request();
        let away = take_off(&mut request, "/crm").expect("is led on");
        assert_eq!(
            away.headers().get(LOCATION).map(HeaderValue::as_bytes),
            Some(&b"/crm/"[..])
        );
        let mut request = TestRequest::with_uri("/api").to_srv_request();
        assert!(take_off(&mut request, "").is_none());
    }

    #[test]
    fn addresses_go_out_with_it() {
        let told = |name: HeaderName, value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(name.clone(), HeaderValue::from_static(value));
            put_on(&mut headers, "/crm");
            headers
                .get(name)
                .and_then(|v| v.to_str().ok())
                .unwrap_or_default()
                .to_owned()
        };
        assert_eq!(told(LOCATION, "/api/v1/jobs/1"), "/crm/api/v1/jobs/1");
        assert_eq!(told(LOCATION, "/crm/"), "/crm/");
        assert_eq!(told(LOCATION, "guide/en"), "guide/en");
        assert_eq!(
            told(LINK, "</api/v1/customers?cursor=a>; rel=\"next\""),
            "</crm/api/v1/customers?cursor=a>; rel=\"next\""
        );
    }
}
