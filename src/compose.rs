//! The only place where all parts meet: configuration, state, router, connections.

use anyhow::Context;
use axum::Router;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use secrecy::ExposeSecret;
use server::{
    AppState,
    clock::SystemClock,
    config::{Config, LogFormat, Settings},
    media::LiveKit,
    store::Db,
    webhooks::Inbox,
};
use std::{io::IsTerminal, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::watch};
use tower::ServiceExt;

/// A client has this long to send its request's head (slow-loris).
const HEADER_TIME: Duration = Duration::from_secs(10);
/// Requests under way at shutdown have this long to finish.
pub const GRACE: Duration = Duration::from_secs(10);

/// Validates the settings.
pub fn config(settings: Settings) -> anyhow::Result<Config> {
    Config::try_from(settings).context("this setting cannot be used")
}

/// Starts the log; `RUST_LOG` chooses what is written.
pub fn init_log(format: LogFormat) {
    use tracing_subscriber::{EnvFilter, fmt};
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("info,sqlx::query=warn"));
    let log = fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stdout().is_terminal());
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
}

/// Brings the database up to date.
pub async fn migrate(config: &Config) -> anyhow::Result<()> {
    migration::migrate(config.database_url.expose_secret())
        .await
        .context("migrating the database")
}

/// Connects everything.
pub async fn state(config: Config, shutdown: watch::Receiver<bool>) -> anyhow::Result<AppState> {
    let db = Db::connect(config.database_url.expose_secret())
        .await
        .context("opening the database")?;
    let media = LiveKit::new(&config.media);
    Ok(AppState::new(
        db,
        Arc::new(SystemClock),
        Arc::new(media),
        Arc::new(config),
        shutdown,
    ))
}

/// Like [`state`], for commands that run beside the server: migrates first, never stops early.
pub async fn tool_state(settings: Settings) -> anyhow::Result<AppState> {
    let config = config(settings)?;
    migrate(&config).await?;
    let (_stop, shutdown) = watch::channel(false);
    state(config, shutdown).await
}

/// Pages, server functions, static files and the JSON API behind one set of layers.
pub fn router(state: &AppState, inbox: Inbox) -> anyhow::Result<Router> {
    let pages = app::ssr::router(
        state.clone(),
        app::ssr::options(&state.config.site_root, state.config.listen),
    );
    let api = server::http::router(state.clone(), inbox);
    Ok(server::http::layers::apply(pages.merge(api), state))
}

/// Accepts connections until `shutdown` turns true, then lets requests under way finish.
pub async fn serve(listener: TcpListener, router: Router, mut shutdown: watch::Receiver<bool>) {
    let mut http = auto::Builder::new(TokioExecutor::new());
    http.http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .keep_alive(true);
    http.http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Some(Duration::from_secs(30)));
    let connections = GracefulShutdown::new();
    let mut services = router.into_make_service_with_connect_info::<SocketAddr>();
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors, for example: wait for some to come back.
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
            _ = shutdown.wait_for(|stopping| *stopping) => break,
        };
        let _delayed_packets_only = stream.set_nodelay(true);
        let Ok(service) = tower::Service::call(&mut services, peer).await;
        let service = service.map_request(|request: hyper::Request<hyper::body::Incoming>| {
            request.map(axum::body::Body::new)
        });
        let connection = http.serve_connection_with_upgrades(
            TokioIo::new(stream),
            TowerToHyperService::new(service),
        );
        let connection = connections.watch(connection.into_owned());
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection closed early");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(GRACE, connections.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some requests did not finish in time");
    }
}
