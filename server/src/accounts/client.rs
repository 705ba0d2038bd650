//! The browser or program behind a request, as far as accounts care.

use std::net::{IpAddr, Ipv6Addr};

/// Where a request comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// The address, behind our own proxies.
    pub address: IpAddr,
    /// What it says of itself; may be empty.
    pub user_agent: String,
}

impl Client {
    /// One that says nothing of itself.
    pub fn at(address: IpAddr) -> Self {
        Self {
            address,
            user_agent: String::new(),
        }
    }

    /// What is counted as one place: an IPv4 address, or the /64 of an IPv6 address, which one household has whole.
    pub(super) fn network(&self) -> IpAddr {
        match self.address.to_canonical() {
            IpAddr::V4(address) => IpAddr::V4(address),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
        }
    }

    /// The kind of its address, for people who look at their logins; the address itself is not kept.
    pub(super) fn network_kind(&self) -> &'static str {
        match self.address.to_canonical() {
            IpAddr::V4(_) => "IPv4",
            IpAddr::V6(_) => "IPv6",
        }
    }

    /// Browser and system in words, without versions, such as "Firefox on Windows".
    pub(super) fn browser(&self) -> String {
        // In this order: most browsers also name those that came before them.
        let named = |names: &[(&str, &'static str)]| {
            let found = names
                .iter()
                .find(|(mark, _)| self.user_agent.contains(mark));
            found.map(|(_, name)| *name)
        };
        let browser = named(&[
            ("Edg", "Edge"),
            ("OPR/", "Opera"),
            ("SamsungBrowser/", "Samsung Internet"),
            ("Firefox/", "Firefox"),
            ("FxiOS/", "Firefox"),
            ("CriOS/", "Chrome"),
            ("Chrome/", "Chrome"),
            ("Safari/", "Safari"),
        ]);
        let system = named(&[
            ("Windows", "Windows"),
            ("Android", "Android"),
            ("iPhone", "iPhone"),
            ("iPad", "iPad"),
            ("CrOS", "ChromeOS"),
            ("Mac OS X", "Mac"),
            ("Linux", "Linux"),
        ]);
        match (browser, system) {
            (Some(browser), Some(system)) => format!("{browser} on {system}"),
            (Some(name), None) | (None, Some(name)) => name.to_owned(),
            (None, None) => "Another program".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: &str) -> Client {
        Client::at(address.parse().expect("an address"))
    }

    #[test]
    fn a_household_is_one_place_and_its_neighbours_are_others() {
        let network = |address| at(address).network();
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
        assert_eq!(at("::ffff:192.0.2.1").network_kind(), "IPv4");
    }

    #[test]
    fn browsers_are_told_apart() {
        for (user_agent, words) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Firefox on Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15",
                "Safari on Mac",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
                "Chrome on Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 CriOS/140.0 Mobile/15E148 Safari/604.1",
                "Chrome on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            ("curl/8.0", "Another program"),
            ("", "Another program"),
            ("<script>Chrome/</script>", "Chrome"),
        ] {
            let client = Client {
                user_agent: user_agent.to_owned(),
                ..at("192.0.2.1")
            };
            assert_eq!(client.browser(), words);
        }
    }
}
