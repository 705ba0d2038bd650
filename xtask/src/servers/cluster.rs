//! The product on several machines, all of them this one: three apps on one PostgreSQL behind HAProxy with the file of
//! production, and two LiveKit nodes that share a Redis.

use super::{Place, Product, Running};
use crate::stack::{LiveKit, Output, Plan, Process, ports, replace_each};
use anyhow::{Context, Result};
use serde_json::Value;
use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    process::Command,
};

const HAPROXY: &str = include_str!("../../../deploy/haproxy.cfg");

/// What the apps and the nodes share.
pub struct Shared {
    proxy: Option<Process>,
    /// Ended by being dropped.
    _redis: Process,
}

impl Shared {
    /// It keeps nothing.
    pub fn stop_proxy(&mut self) {
        self.proxy = None;
    }
}

/// Starts all of it.
pub fn bring_up(
    logs: &Path,
    folder: &Path,
    postgres: &str,
    product: &mut Product,
    plan: impl Fn(&str, &str) -> Plan,
    report: &mut Value,
) -> Result<Running> {
    let log = |name: &str| Output::Log(logs.join(format!("{name}.log")));
    let here = |port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let (public, livekit, redis_port) = (
        here(ports::free_tcp()?),
        here(ports::free_tcp()?),
        ports::free_tcp()?,
    );
    let app_url = format!("http://{public}");
    product.settings.extend([
        ("APP_URL", app_url.clone()),
        ("DATABASE_URL", postgres.to_owned()),
        ("LIVEKIT_WS_URL", format!("ws://{livekit}")),
        ("TRUSTED_PROXIES", "127.0.0.1".to_owned()),
    ]);
    let mut redis = Command::new("redis-server");
    redis
        .args(["--port", &redis_port.to_string(), "--bind", "127.0.0.1"])
        .args(["--save", "", "--appendonly", "no", "--dir"])
        .arg(folder);
    let mut redis = Process::start("redis", redis, log("redis"))?;
    redis.listens(here(redis_port))?;
    let mut nodes = Vec::new();
    for n in 1..=2 {
        let mut plan = plan(&format!("livekit{n}"), &app_url);
        plan.flags = vec!["--redis-host".to_owned(), here(redis_port).to_string()];
        nodes.push(LiveKit::start(plan)?);
    }
    let mut apps = Vec::new();
    for n in 1..=3 {
        apps.push(Place::new(&format!("app{n}"), logs)?);
    }
    // All three migrate the empty database at the same time.
    for place in &mut apps {
        place.start(product)?;
    }
    for app in apps.iter_mut().filter_map(|place| place.app.as_mut()) {
        app.ready()?;
    }
    let socket = folder.join("admin.sock");
    let file = folder.join("haproxy.cfg");
    let text = proxy(&socket, public, livekit, &apps, &nodes)?;
    fs::write(&file, text).context("writing HAProxy's settings")?;
    let mut haproxy = Command::new("haproxy");
    haproxy.args(["-db", "-f"]).arg(file);
    let mut haproxy = Process::start("haproxy", haproxy, log("haproxy"))?;
    haproxy.answers(public, "/readyz")?;
    haproxy.answers(livekit, "/")?;
    report["appUrl"] = app_url.into();
    report["redisPort"] = redis_port.into();
    report["proxySocket"] = socket.display().to_string().into();
    Ok(Running {
        apps,
        nodes,
        cluster: Some(Shared {
            proxy: Some(haproxy),
            _redis: redis,
        }),
    })
}

/// deploy/haproxy.cfg with other ports, without TLS, and with its administrator's socket in our folder.
fn proxy(
    socket: &Path,
    public: SocketAddr,
    livekit: SocketAddr,
    apps: &[Place],
    nodes: &[LiveKit],
) -> Result<String> {
    let mut changes = vec![
        (
            "bind :443 ssl crt /etc/young-minds/certificates/ alpn h2,http/1.1".to_owned(),
            format!("bind 127.0.0.1:{}", ports::free_tcp()?),
        ),
        (
            "stats socket /run/haproxy/admin.sock mode 660 level admin".to_owned(),
            format!("stats socket {} level admin", socket.display()),
        ),
        ("bind 127.0.0.1:3000".to_owned(), format!("bind {public}")),
        ("bind 127.0.0.1:7870".to_owned(), format!("bind {livekit}")),
    ];
    for (n, place) in (1..).zip(apps) {
        changes.push((
            format!("server app{n} 127.0.0.1:300{n}"),
            format!("server app{n} {}", place.address),
        ));
    }
    for (n, node) in (1..).zip(nodes) {
        changes.push((
            format!("server livekit{n} 127.0.0.1:78{}0", n + 7),
            format!("server livekit{n} {}", node.address()),
        ));
    }
    replace_each(HAPROXY, &changes)
}
