//! `young-minds serve`

use crate::{compose, connections};
use anyhow::{Context, bail};
use server::{
    AppState, config::Settings, http, job_list, jobs, live, schedule, store::Engine, webhooks,
};
use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
};
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
    task::{self, JoinSet},
};

/// Serves until SIGTERM or Ctrl-C, or until something that works in the background dies.
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
    if let Err(error) = http::forwarding::begin_anew(&state).await {
        tracing::warn!(%error, "an old warning about a proxy stays");
    }
    let (inbox, outlet) = webhooks::Inbox::new();
    let router = compose::router(&state, inbox)?;
    let mut background = Background::default();
    background.start("job runner", jobs::run_forever(state.clone(), job_list()));
    background.start("schedule", schedule::run_forever(state.clone()));
    let storing = webhooks::store_forever(state.db.clone(), outlet, state.heartbeats.clone());
    background.start("webhook inbox", storing);
    if state.db.engine() == Engine::Postgres {
        let url = state.config.database_url.clone();
        let sharing = live::share(state.events.clone(), state.db.clone(), url);
        background.start(
            "live updates between processes",
            until_stopped(&state, sharing),
        );
    }
    let asking = state.clone();
    tokio::spawn(async move { server::doctor::warn_of_auto_create(&asking).await });
    let stops = Stops::listen().context("listening for SIGTERM and Ctrl-C")?;
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("listening on {listen}"))?;
    tracing::info!(address = %listen, url = %state.config.app_url.origin, "serving {}", state.config.app_url.origin);
    let config = Arc::clone(&state.config);
    let serving = connections::serve(listener, router, &config, shutdown);
    tokio::pin!(serving);
    let (died, is_served) = tokio::select! {
        () = asked_to_stop(&state, stops) => (None, false),
        died = background.first_death() => (Some(died), false),
        // Nobody else stops it, but a future must not be asked again once it has ended.
        () = &mut serving => (None, true),
    };
    tracing::info!("stopping");
    // Nobody listening means that everything has stopped already.
    let _already_stopped = stop.send(true);
    if !is_served {
        serving.await;
    }
    background.finish().await;
    match died {
        Some(died) => bail!("{died} ended by itself"),
        None => Ok(()),
    }
}

/// Tasks that live as long as the process: one that dies takes the process along, for whoever supervises it to start
/// it anew.
#[derive(Default)]
struct Background {
    tasks: JoinSet<()>,
    names: HashMap<task::Id, &'static str>,
}

impl Background {
    fn start(&mut self, name: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        let id = self.tasks.spawn(work).id();
        self.names.insert(id, name);
    }

    /// Waits until one ends.
    async fn first_death(&mut self) -> &'static str {
        let Some(ended) = self.tasks.join_next_with_id().await else {
            return std::future::pending().await;
        };
        let id = match &ended {
            Ok((id, ())) => *id,
            Err(error) => error.id(),
        };
        let name = self.names.get(&id).copied().unwrap_or("a task");
        match ended {
            Ok(_) => tracing::error!(task = name, "the {name} ended by itself"),
            Err(error) => tracing::error!(task = name, %error, "the {name} died"),
        }
        name
    }

    /// Waits for those that finish what they are doing, and ends the others.
    async fn finish(mut self) {
        let finishing = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(connections::GRACE, finishing)
            .await
            .is_err()
        {
            tracing::warn!("some tasks in the background did not finish in time");
        }
    }
}

/// Ends `work` when the server stops.
fn until_stopped(
    state: &AppState,
    work: impl Future<Output = ()> + Send + 'static,
) -> impl Future<Output = ()> + Send + 'static {
    let mut shutdown = state.shutdown.clone();
    async move {
        tokio::select! {
            () = work => {}
            _ = shutdown.wait_for(|stopping| *stopping) => {}
        }
    }
}

/// Being asked to stop, from the moment on at which this is made.
struct Stops {
    terminate: Signal,
    interrupt: Signal,
}

impl Stops {
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Waits until somebody wants this process to stop, and then until load balancers know; asked again, it waits no more.
async fn asked_to_stop(state: &AppState, mut stops: Stops) {
    stops.next().await;
    let grace = state.config.shutdown_grace;
    if grace.is_zero() {
        return;
    }
    state.leaving.store(true, Ordering::Relaxed);
    let seconds = grace.as_secs();
    tracing::info!(seconds, "not ready any more; stopping soon");
    tokio::select! {
        () = tokio::time::sleep(grace) => {}
        () = stops.next() => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_task_that_dies_or_ends_is_told_by_its_name_while_others_go_on() {
        let mut background = Background::default();
        background.start("one that lives", std::future::pending());
        background.start("one that panics", async { panic!("a test") });
        assert_eq!(background.first_death().await, "one that panics");
        background.start("one that ends", async {});
        assert_eq!(background.first_death().await, "one that ends");
    }
}
