//! The router of pages, server functions and files.

use super::{layers, shell};
use crate::App;
use axum::{Router, middleware};
use leptos::prelude::*;
use leptos_axum::{ErrorHandler, LeptosRoutes, generate_route_list};
use server::AppState;
use std::{net::SocketAddr, path::Path};
use tower::Layer;
use tower_http::services::ServeDir;

/// Leptos' view of the site built by cargo-leptos at `site_root`. Names carry a hash when
/// cargo-leptos left its list of hashes next to the program.
pub fn options(site_root: &str, site_addr: SocketAddr) -> LeptosOptions {
    let program = std::env::current_exe().ok();
    let hashes = program
        .as_deref()
        .and_then(Path::parent)
        .map(|folder| folder.join("hash.txt"));
    LeptosOptions::builder()
        .output_name("young-minds")
        .site_root(site_root)
        .site_pkg_dir("pkg")
        .site_addr(site_addr)
        .hash_files(hashes.is_some_and(|file| file.exists()))
        .build()
}

/// Pages, server functions at `/api/fn/*`, and the files of the site.
pub fn router(state: AppState, options: LeptosOptions) -> Router {
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
    pages
        .fallback_service(middleware::from_fn(layers::files).layer(files))
        .with_state(options)
}
