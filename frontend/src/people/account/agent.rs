//! What a browser says of itself, in words a person knows.

use crate::i18n::{fill, t};

/// In the order in which they are looked for: most browsers name others beside themselves.
const BROWSERS: [(&str, &str); 9] = [
    ("MicroMessenger/", "WeChat"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
];

const SYSTEMS: [(&str, &str); 8] = [
    ("OpenHarmony", "HarmonyOS"),
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

fn first(agent: &str, known: &[(&'static str, &'static str)]) -> Option<&'static str> {
    known
        .iter()
        .find(|(mark, _)| agent.contains(mark))
        .map(|(_, name)| *name)
}

/// Browser and system. A program of some other kind goes by the name it gives itself.
fn parts(agent: &str) -> (Option<&str>, Option<&'static str>) {
    let own = agent
        .split(['/', ' ', '('])
        .next()
        .filter(|name| !name.is_empty() && *name != "Mozilla");
    (first(agent, &BROWSERS).or(own), first(agent, &SYSTEMS))
}

pub fn told(agent: &str) -> String {
    let (browser, system) = parts(agent);
    let browser = browser.map(|b| if b == "WeChat" { t().wechat() } else { b });
    match (browser, system) {
        (Some(browser), Some(system)) => fill(t().agent_on(), &[browser, system]),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => t().agent_unknown().to_owned(),
    }
}

pub fn handheld(agent: &str) -> bool {
    agent.contains("Mobile") || agent.contains("iPad") || agent.contains("Android")
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn browsers_and_systems_are_told_apart() {
        let mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)";
        for (agent, browser, system) in [
            (format!("{mac} Version/17.4 Safari/605.1.15"), "Safari", "macOS"),
            (format!("{mac} Chrome/124.0.0.0 Safari/537.36"), "Chrome", "macOS"),
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Safari/537.36 Edg/124.0".into(), "Edge", "Windows"),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0".into(), "Firefox", "Linux"),
            ("Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Mobile Safari/537.36".into(), "Chrome", "Android"),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/124.0 Mobile/15E148 Safari/604.1".into(), "Chrome", "iOS"),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.49".into(), "WeChat", "iOS"),
        ] {
            assert_eq!(parts(&agent), (Some(browser), Some(system)), "{agent}");
        }
        assert_eq!(parts("curl/8.5.0"), (Some("curl"), None));
        assert_eq!(parts(""), (None, None));
        assert_eq!(parts("Mozilla/5.0"), (None, None));
    }
}
