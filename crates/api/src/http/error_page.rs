//! The page that a problem's `type` names (`/docs/errors#code`): every code with its text, in both languages.

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use domain::messages;
use std::fmt::Write;
use std::sync::LazyLock;

/// What a status says to a program, and what it can do.
const STATUSES: [(u16, &str, &str); 16] = [
    (
        400,
        "无法理解请求：参数、请求头或 JSON 有误。修改后再发。",
        "The request cannot be understood: a parameter, a header or the JSON is wrong. Change it before sending it again.",
    ),
    (
        401,
        "没有凭据，或凭据已失效。请刷新令牌，或重新登录。",
        "No credential, or one that no longer holds. Refresh the token, or sign in again.",
    ),
    (
        403,
        "角色或密钥的权限不允许此操作。",
        "The caller's roles, or the scopes of the key, do not allow this.",
    ),
    (
        404,
        "不存在，或您无权查看。",
        "Not there, or not to be seen by the caller.",
    ),
    (
        408,
        "请求内容传输过慢。可以重发。",
        "The body came too slowly. Send it again.",
    ),
    (
        409,
        "与现有数据冲突，或当前状态不允许此操作。",
        "Something like it exists already, or the state of things does not allow it.",
    ),
    (
        410,
        "所给位置已不存在，无法从那里继续。",
        "The position that was given is not there any more; nothing goes on from it.",
    ),
    (
        412,
        "记录已被修改。请读取最新版本，合并后再保存。",
        "The record has changed since. Read it again, merge, and save with the new version.",
    ),
    (413, "内容过大。", "Too large."),
    (415, "不支持的内容类型。", "Another media type is expected."),
    (
        422,
        "内容可以理解，但有错误；errors 逐项说明位置和原因。",
        "The body is understood and wrong; `errors` names each place and why.",
    ),
    (
        428,
        "缺少 If-Match。请附上读取时的版本。",
        "If-Match is missing. Send the version that was read.",
    ),
    (
        429,
        "请求过于频繁。请等待 Retry-After 所示的秒数。",
        "Too many requests. Wait for the seconds that Retry-After tells.",
    ),
    (
        500,
        "服务器内部错误；请求编号（request_id）可在日志中查到原因。",
        "Something failed in the server; its log has the cause under `request_id`.",
    ),
    (
        503,
        "暂时无法处理。请按 Retry-After 等待后重试。",
        "Cannot be done at the moment. Try again after Retry-After.",
    ),
    (
        507,
        "磁盘已满：可以读取，不能保存。",
        "The disk is full: reading goes on, nothing can be saved.",
    ),
];

const STYLE: &str = "\
:root { color-scheme: light dark; font: 1rem/1.6 system-ui, 'PingFang SC', 'Microsoft YaHei', sans-serif; }
body { max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
h2 { font-size: 1.15rem; margin: 1.5rem 0 .25rem; }
section h2 { font-size: 1rem; margin: 0; }
pre { overflow-x: auto; padding: .75rem 1rem; background: #8881; border-radius: .5rem; }
section { padding: .75rem 1rem; border-top: 1px solid #8884; scroll-margin-top: 1rem; }
section:target { background: #fc03; outline: 2px solid #c90; }
section p { margin: .25rem 0 0; }
var { font-style: normal; font-family: ui-monospace, monospace; opacity: .75; }
td { padding: .25rem 1rem .25rem 0; vertical-align: top; }
";

/// A text for people, as HTML; its parameters are set apart.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('{', "<var>{").replace('}', "}</var>")
}

fn made() -> String {
    let mut html = String::from(
        "<!doctype html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>错误代码 · Error codes</title>\n<link rel=\"stylesheet\" href=\"errors.css\">\n</head>\n<body>\n\
         <h1>错误代码 <span lang=\"en\">Error codes</span></h1>\n\
         <p>每个被拒绝的请求都返回 <code>application/problem+json</code>（RFC 9457）：<code>code</code> 不会改变，可供程序判断；\
         <code>detail</code> 是给人看的说明；<code>errors</code> 指出请求内容中的位置（<code>pointer</code>）或参数名（<code>parameter</code>）。</p>\n\
         <p lang=\"en\">Whatever is refused is answered as <code>application/problem+json</code> (RFC 9457): <code>code</code> stays and is \
         for programs, <code>detail</code> is for people, and <code>errors</code> names each place in the body (<code>pointer</code>) or \
         parameter (<code>parameter</code>).</p>\n<table>\n",
    );
    for (status, zh, en) in STATUSES {
        let _ = writeln!(
            html,
            "<tr><td>{status}</td><td>{}<br><span lang=\"en\">{}</span></td></tr>",
            escaped(zh),
            escaped(en)
        );
    }
    html.push_str("</table>\n");
    let mut codes: Vec<_> = messages::codes().collect();
    codes.sort_unstable_by_key(|(code, _)| *code);
    for (code, label) in codes {
        let _ = writeln!(
            html,
            "<section id=\"{code}\"><h2><a href=\"#{code}\">{code}</a></h2><p>{}</p><p lang=\"en\">{}</p></section>",
            escaped(label.zh),
            escaped(label.en)
        );
    }
    html.push_str("</body>\n</html>\n");
    html
}

/// `GET /docs/errors`
pub async fn page() -> HttpResponse {
    static PAGE: LazyLock<String> = LazyLock::new(made);
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(PAGE.as_str())
}

/// `GET /docs/errors.css`
pub async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(STYLE)
}
