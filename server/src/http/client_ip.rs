//! Where a request comes from, for counting failed sign-ins.

use crate::config::Config;
use axum::{
    extract::ConnectInfo,
    http::{Extensions, HeaderMap},
};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The address of the client: the connection's peer, or, when the peer is a trusted proxy, the
/// last hop of `X-Forwarded-For` that is not one. Whatever a client writes there itself stands
/// further left and is never believed.
///
/// The serve loop puts `ConnectInfo<SocketAddr>` into the request's extensions.
pub fn client_ip(config: &Config, headers: &HeaderMap, extensions: &Extensions) -> IpAddr {
    let proxies = &config.limits.trusted_proxies;
    let mut nearest = peer(extensions).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    for hop in hops(headers).rev() {
        if !proxies.trust(nearest) {
            break;
        }
        let Some(ip) = parse_hop(hop) else { break };
        nearest = ip;
    }
    nearest
}

/// The other end of the connection; a request without one came through no network.
pub(super) fn peer(extensions: &Extensions) -> Option<IpAddr> {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>()?;
    Some(peer.0.ip().to_canonical())
}

fn hops(headers: &HeaderMap) -> impl DoubleEndedIterator<Item = &str> {
    let values: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .into_iter()
        .map(|value| value.to_str().unwrap_or_default())
        .collect();
    values
        .into_iter()
        .flat_map(|value| value.split(','))
        .map(str::trim)
}

/// An address, with or without a port.
fn parse_hop(hop: &str) -> Option<IpAddr> {
    let bare = hop.trim_start_matches('[').trim_end_matches(']');
    let parsed = bare
        .parse::<IpAddr>()
        .ok()
        .or_else(|| hop.parse::<SocketAddr>().ok().map(|a| a.ip()));
    parsed.map(|ip| ip.to_canonical())
}
