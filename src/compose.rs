//! The only place where all parts meet: configuration, state, router.

use anyhow::Context;
use axum::Router;
use secrecy::ExposeSecret;
use server::{
    AppState,
    clock::SystemClock,
    config::{Config, LogFormat, Settings},
    media::LiveKit,
    store::Db,
    webhooks::Inbox,
};
use std::{io::IsTerminal, sync::Arc};
use tokio::sync::watch;

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
