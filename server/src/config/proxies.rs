//! Who may say where a request comes from.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// The word for [`PRIVATE_NETWORKS`].
const PRIVATE: &str = "private";
/// This machine, private networks (RFC 1918, RFC 4193), and what is on the same cable.
const PRIVATE_NETWORKS: [IpNet; 8] = [
    v4([127, 0, 0, 0], 8),
    v4([10, 0, 0, 0], 8),
    v4([172, 16, 0, 0], 12),
    v4([192, 168, 0, 0], 16),
    v4([169, 254, 0, 0], 16),
    v6([0, 0, 0, 0, 0, 0, 0, 1], 128),
    v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7),
    v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10),
];

const fn v4([a, b, c, d]: [u8; 4], bits: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), bits))
}

const fn v6([a, b, c, d, e, f, g, h]: [u16; 8], bits: u8) -> IpNet {
    IpNet::V6(Ipv6Net::new_assert(
        Ipv6Addr::new(a, b, c, d, e, f, g, h),
        bits,
    ))
}

/// Proxies whose forwarding headers are believed: `TRUSTED_PROXIES`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies(Vec<IpNet>);

impl Proxies {
    /// Whether the proxy with this address is one of them.
    pub fn trust(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.0.iter().any(|network| network.contains(&ip))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromStr for Proxies {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut networks = Vec::new();
        for word in text.split(',').map(str::trim) {
            match word {
                "" => {}
                PRIVATE => networks.extend(PRIVATE_NETWORKS),
                word => networks.push(network(word)?),
            }
        }
        Ok(Self(networks))
    }
}

fn network(word: &str) -> Result<IpNet, String> {
    if let Ok(ip) = word.parse::<IpAddr>() {
        return Ok(ip.to_canonical().into());
    }
    match word.parse::<IpNet>() {
        Ok(network) if network.prefix_len() == 0 => Err(format!(
            "{word} is everybody, who could then claim any address"
        )),
        Ok(network) => Ok(network),
        Err(_) => Err(format!(
            "{word} is no address, no network like 10.0.0.0/8, and not the word {PRIVATE}"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trusts(proxies: &str, ip: &str) -> bool {
        let proxies: Proxies = proxies.parse().expect("good proxies");
        proxies.trust(ip.parse().expect("an address"))
    }

    #[test]
    fn proxies_are_addresses_networks_and_a_word_for_private_ones() {
        for (proxies, inside, outside) in [
            ("10.0.0.1", "10.0.0.1", "10.0.0.2"),
            ("10.0.0.1", "::ffff:10.0.0.1", "::1"),
            ("::ffff:10.0.0.1", "10.0.0.1", "10.0.0.2"),
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("10.1.2.3/8", "10.255.0.1", "11.0.0.1"),
            ("192.0.2.7, fd00::/8", "fd12::1", "fe80::1"),
            ("192.0.2.7,2001:db8::1", "192.0.2.7", "192.0.2.8"),
            ("private", "127.0.0.1", "128.0.0.1"),
            ("private", "::1", "::2"),
            ("private", "10.1.2.3", "9.255.255.255"),
            ("private", "172.31.255.255", "172.32.0.0"),
            ("private", "192.168.0.1", "192.169.0.1"),
            ("private", "169.254.1.1", "169.255.0.0"),
            ("private", "fd00::1", "2001:db8::1"),
            ("private", "fe80::1", "fec0::1"),
            ("private, 192.0.2.0/24", "192.0.2.7", "198.51.100.1"),
        ] {
            assert!(trusts(proxies, inside), "{proxies} {inside}");
            assert!(!trusts(proxies, outside), "{proxies} {outside}");
        }
    }

    #[test]
    fn nobody_is_trusted_by_default_and_everybody_never() {
        for nobody in ["", " ", ","] {
            let proxies: Proxies = nobody.parse().expect("good proxies");
            assert!(proxies.is_empty() && proxies == Proxies::default());
        }
        for refused in [
            "0.0.0.0/0",
            "::/0",
            "Private",
            "10.0.0",
            "10.0.0.0/33",
            "proxy",
        ] {
            let refusal = refused.parse::<Proxies>().expect_err("refused");
            assert!(refusal.starts_with(refused), "{refusal}");
        }
    }
}
