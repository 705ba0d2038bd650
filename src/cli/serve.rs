//! `young-minds serve`

use crate::compose;
use anyhow::Context;
use server::{config::Settings, store::Engine};
use tokio::{net::TcpListener, sync::watch};

/// Serves until SIGTERM or Ctrl-C.
pub async fn run(settings: Settings) -> anyhow::Result<()> {
    let config = compose::config(settings)?;
    compose::init_log(config.log_format);
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    compose::migrate(&config).await?;
    let listen = config.listen;
    let (stop, shutdown) = watch::channel(false);
    let state = compose::state(config, shutdown.clone()).await?;
    let jobs = tokio::spawn(server::jobs::run_forever(state.clone()));
    let sweeper = tokio::spawn(server::jobs::schedule::run_forever(state.clone()));
    if state.db.engine() == Engine::Postgres {
        let url = state.config.database_url.clone();
        tokio::spawn(server::live::share(
            state.events.clone(),
            state.db.clone(),
            url,
        ));
    }
    let asking = state.clone();
    tokio::spawn(async move { server::doctor::warn_of_auto_create(&asking).await });
    let router = compose::router(&state)?;
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("listening on {listen}"))?;
    tracing::info!(address = %listen, url = %state.config.app_url.origin, "serving {}", state.config.app_url.origin);
    tokio::spawn(async move {
        stop_signal().await;
        tracing::info!("stopping");
        // Nobody listening means that everything has stopped already.
        let _already_stopped = stop.send(true);
    });
    compose::serve(listener, router, shutdown).await;
    jobs.await.context("the job runner")?;
    sweeper.await.context("the sweeper")?;
    Ok(())
}

async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        tracing::error!("cannot listen for SIGTERM; use Ctrl-C");
        let _interrupted = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
