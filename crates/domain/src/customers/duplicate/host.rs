//! The domain that a web site and a mail address have in common, where it is a firm's own.

use crate::value::address;

/// Where anybody has a mailbox: such an address says nothing of a firm.
const MAILERS: &str = "\
    qq.com foxmail.com 163.com 126.com yeah.net 188.com vip.163.com vip.126.com sina.com sina.cn sohu.com 139.com 189.cn wo.cn \
    aliyun.com tom.com 21cn.com 263.net gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com yahoo.cn \
    ymail.com icloud.com me.com mac.com aol.com proton.me protonmail.com gmx.de gmx.net gmx.com web.de t-online.de freenet.de \
    mail.ru yandex.ru yandex.com rambler.ru orange.fr free.fr laposte.net wanadoo.fr libero.it naver.com daum.net hanmail.net \
    zoho.com mail.com fastmail.com hey.com docomo.ne.jp ezweb.ne.jp softbank.ne.jp rediffmail.com uol.com.br terra.com.br";
/// Where many have a page under one domain, or a name before it.
const SHARED: &str = "\
    taobao.com tmall.com 1688.com jd.com alibaba.com weibo.com weibo.cn zhihu.com douyin.com xiaohongshu.com baidu.com \
    qcc.com tianyancha.com linkedin.com facebook.com instagram.com twitter.com x.com youtube.com github.com github.io \
    gitlab.io wordpress.com blogspot.com wixsite.com shopify.com myshopify.com amazon.com ebay.com google.com notion.site \
    vercel.app netlify.app herokuapp.com weebly.com webflow.io example";

fn listed(list: &str, domain: &str) -> bool {
    list.split_whitespace().any(|one| one == domain)
}

/// The part that was registered: `shop.example.com.cn` → `example.com.cn`.
fn registered(host: &str) -> Option<String> {
    let labels: Vec<&str> = host.trim_end_matches('.').split('.').collect();
    let second = |label: &str| {
        matches!(
            label,
            "com" | "co" | "net" | "org" | "gov" | "edu" | "ac" | "ltd" | "or" | "ne" | "go" | "gob"
        )
    };
    let of_country = matches!(labels[..], [.., before, last] if last.chars().count() == 2 && second(before));
    let from = labels.len().checked_sub(if of_country { 3 } else { 2 })?;
    let digits = labels.iter().all(|label| label.bytes().all(|b| b.is_ascii_digit()));
    let telling = !digits && labels.iter().all(|label| !label.is_empty());
    telling.then(|| labels[from..].join("."))
}

fn own(host: &str) -> Option<String> {
    let domain = registered(host)?;
    (!listed(MAILERS, &domain) && !listed(MAILERS, host) && !listed(SHARED, &domain)).then_some(domain)
}

pub fn of_mail(address: &str) -> Option<String> {
    own(address.rsplit_once('@')?.1)
}

pub fn of_site(url: &str) -> Option<String> {
    let url = address(url);
    let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next()?;
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    own(host.split(':').next()?)
}
