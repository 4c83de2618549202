//! Where a request comes from when proxies stand before the server: what they say counts, what others say does not.

use actix_web::http::header::HeaderMap;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// A network, such as 10.0.0.0/8, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: u128,
    bits: u32,
}

/// IPv4 as it stands within IPv6, so that both are compared alike.
fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("“{text}” is no network; write 10.0.0.0/8, 192.0.2.1 or 2001:db8::/32");
        let (address, bits) = text
            .trim()
            .split_once('/')
            .map_or((text.trim(), None), |(a, b)| (a, Some(b)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), |b| b.parse().map_err(|_| wrong()))?;
        if bits > most {
            return Err(wrong());
        }
        Ok(Self {
            address: number(address),
            bits: bits + 128 - most,
        })
    }
}

impl Network {
    fn holds(self, address: IpAddr) -> bool {
        let apart = self.address ^ number(address);
        self.bits == 0 || apart >> (128 - self.bits) == 0
    }
}

/// What is counted as one place: who has an IPv6 address has the 2^64 addresses of its network.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
        v4 => v4,
    }
}

/// The first address on the way here, seen from us, that is none of our proxies. Each proxy vouches only for who came to
/// it, so the list is read from its end, and no further than to the first that is not ours.
///
/// `Forwarded` is read where there is no `X-Forwarded-For`: a proxy passes on the one it does not write, whoever wrote it.
pub fn client(peer: IpAddr, headers: &HeaderMap, proxies: &[Network]) -> IpAddr {
    let ours = |address: IpAddr| proxies.iter().any(|network| network.holds(address));
    let mut client = peer.to_canonical();
    if !ours(client) {
        return client;
    }
    let listed = |name: &str| -> Vec<String> {
        let lines = headers.get_all(name).map(|v| v.to_str().unwrap_or_default());
        lines
            .flat_map(|line| line.split(','))
            .map(|hop| hop.trim().to_owned())
            .collect()
    };
    let mut hops = listed("X-Forwarded-For");
    if hops.is_empty() {
        hops = listed("Forwarded").iter().map(|hop| forwarded_for(hop)).collect();
    }
    for hop in hops.iter().rev() {
        // What cannot be read ends the list: nobody vouches for what stands before it.
        let Some(address) = address(hop) else { break };
        client = address;
        if !ours(client) {
            break;
        }
    }
    client
}

/// `for="[2001:db8::1]:4711"` of an element such as `by=…;for=…;proto=https`.
fn forwarded_for(element: &str) -> String {
    let pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let mut own = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case("for"));
    own.next()
        .map_or_else(String::new, |(_, value)| value.trim().trim_matches('"').to_owned())
}

/// An address with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let plain = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0,
        None if text.matches(':').count() == 1 => text.split_once(':')?.0,
        None => text,
    };
    Some(plain.parse::<IpAddr>().ok()?.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn from(peer: &str, headers: &[(&'static str, &'static str)], proxies: &[&str]) -> String {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let proxies: Vec<Network> = proxies.iter().map(|p| p.parse().expect("a network")).collect();
        client(peer.parse().expect("an address"), &map, &proxies).to_string()
    }

    #[test]
    fn only_our_proxies_are_believed() {
        let said = [("x-forwarded-for", "198.51.100.7")];
        assert_eq!(from("203.0.113.9", &said, &[]), "203.0.113.9");
        assert_eq!(from("203.0.113.9", &said, &["10.0.0.0/8"]), "203.0.113.9");
        assert_eq!(from("10.1.2.3", &said, &["10.0.0.0/8"]), "198.51.100.7");
        assert_eq!(from("::ffff:10.1.2.3", &said, &["10.0.0.0/8"]), "198.51.100.7");
        assert_eq!(from("10.1.2.3", &[], &["10.0.0.0/8"]), "10.1.2.3");
    }

    #[test]
    fn the_list_is_read_from_its_end_through_our_proxies_only() {
        let proxies = ["10.0.0.0/8", "fd00::/8"];
        // What somebody claims comes before what a proxy saw.
        let claimed = [("x-forwarded-for", "1.1.1.1, 198.51.100.7")];
        assert_eq!(from("10.0.0.1", &claimed, &proxies), "198.51.100.7");
        let through = [
            ("x-forwarded-for", "1.1.1.1, 198.51.100.7, 10.0.0.2"),
            ("x-forwarded-for", "fd00::2"),
        ];
        assert_eq!(from("10.0.0.1", &through, &proxies), "198.51.100.7");
        let ours = [("x-forwarded-for", "10.9.9.9, 10.0.0.2")];
        assert_eq!(from("10.0.0.1", &ours, &proxies), "10.9.9.9");
        for rubbish in ["unknown", "", "1.2.3", "_hidden, 10.0.0.2", "10.0.0.2, ,"] {
            let told = from("10.0.0.1", &[("x-forwarded-for", rubbish)], &proxies);
            assert!(told.starts_with("10.0.0."), "{rubbish}: {told}");
        }
    }

    #[test]
    fn both_headers_are_read_in_all_their_forms() {
        for (text, told) in [
            ("for=198.51.100.7", "198.51.100.7"),
            (
                "for=1.1.1.1, by=10.0.0.1;For=\"198.51.100.7:4711\";proto=https",
                "198.51.100.7",
            ),
            ("for=\"[2001:db8::7]:4711\"", "2001:db8::7"),
            ("for=_secret", "10.0.0.1"),
        ] {
            assert_eq!(
                from("10.0.0.1", &[("forwarded", text)], &["10.0.0.0/8"]),
                told,
                "{text}"
            );
        }
        for (text, told) in [
            ("198.51.100.7:80", "198.51.100.7"),
            ("2001:db8::7", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
        ] {
            assert_eq!(
                from("10.0.0.1", &[("x-forwarded-for", text)], &["10.0.0.1"]),
                told,
                "{text}"
            );
        }
        let both = [("forwarded", "for=1.1.1.1"), ("x-forwarded-for", "198.51.100.7")];
        assert_eq!(
            from("10.0.0.1", &both, &["10.0.0.1"]),
            "198.51.100.7",
            "the one our proxy writes"
        );
    }

    #[test]
    fn addresses_of_one_subscriber_are_one_place() {
        for (address, place) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("2001:db8:1:2:ffff::", "2001:db8:1:2::"),
            ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ] {
            assert_eq!(network(address.parse().expect("an address")).to_string(), place);
        }
    }

    #[test]
    fn networks_are_named_as_usual() {
        for wrong in ["", "10.0.0.0/33", "10.0.0", "proxy", "::/129", "10.0.0.0/-1"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
        assert_eq!(
            from("8.8.8.8", &[("x-forwarded-for", "9.9.9.9")], &["0.0.0.0/0"]),
            "9.9.9.9"
        );
        assert_eq!(
            from("192.0.2.1", &[("x-forwarded-for", "9.9.9.9")], &["192.0.2.0/31"]),
            "9.9.9.9"
        );
        assert_eq!(
            from("192.0.2.2", &[("x-forwarded-for", "9.9.9.9")], &["192.0.2.0/31"]),
            "192.0.2.2"
        );
    }
}
