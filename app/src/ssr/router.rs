//! The router of pages, server functions and files.

use super::{layers, providers, shell::shell};
use crate::{frame::App, routes};
use axum::{Router, middleware, routing::get};
use leptos::prelude::*;
use leptos_axum::{ErrorHandler, LeptosRoutes, generate_route_list};
use server::AppState;
use tower::Layer;
use tower_http::services::ServeDir;

/// Pages, server functions at `/api/fn/*`, and the files of the site.
pub fn router(state: AppState, options: LeptosOptions) -> Router {
    let providers_state = state.clone();
    let context = {
        let state = state.clone();
        move || provide_context(state.clone())
    };
    let visitor = middleware::from_fn_with_state(state.clone(), layers::visitor);
    let pages = Router::new()
        .leptos_routes_with_context(&options, generate_route_list(App), context.clone(), {
            let options = options.clone();
            move || shell(options.clone())
        })
        .layer(middleware::from_fn_with_state(state, layers::fn_answers))
        .layer(visitor.clone());
    let not_found = visitor.layer(ErrorHandler::new_with_context(
        context,
        shell,
        options.clone(),
    ));
    let files = ServeDir::new(&*options.site_root)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
        .call_fallback_on_method_not_allowed(true)
        .fallback(not_found);
    let elsewhere = Router::new()
        .route(routes::PROVIDER, get(providers::go))
        .route(routes::FROM_PROVIDER, get(providers::come_back))
        .with_state(providers_state);
    pages
        .merge(elsewhere)
        .fallback_service(middleware::from_fn(layers::files).layer(files))
        .with_state(options)
}
