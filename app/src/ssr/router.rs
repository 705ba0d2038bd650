//! The router of pages, server functions and files.

use super::{layers, shell};
use crate::{App, routes};
use axum::{Router, middleware};
use leptos::prelude::*;
use leptos_axum::{ErrorHandler, LeptosRoutes, generate_route_list};
use server::AppState;
use std::net::SocketAddr;
use tower::Layer;
use tower_http::services::ServeDir;

/// List of the hashes in the names of the site's files; that of the meeting is another one.
const HASHES: &str = "hash.txt";
const HASHES_OF_MEETING: &str = "hash-meeting.txt";

/// The program that brings the page at `path` to life: the meeting has its own (`frontend-meeting`).
pub fn program_of_page(path: &str, mut options: LeptosOptions) -> LeptosOptions {
    if routes::is_meeting(path) {
        options.output_name = [&options.output_name, "-meeting"].concat().into();
        options.hash_file = options.hash_file.replace(HASHES, HASHES_OF_MEETING).into();
    }
    options
}

/// Leptos' view of the site built by cargo-leptos at `site_root`. Names carry a hash when the lists
/// of hashes that cargo-leptos made are there too.
pub fn options(site_root: &str, site_addr: SocketAddr) -> LeptosOptions {
    // Leptos looks for relative paths beside the program, which may be anywhere.
    let root = std::path::absolute(site_root).unwrap_or_else(|_| site_root.into());
    let hashes = root.join(HASHES);
    LeptosOptions::builder()
        .output_name("young-minds")
        .site_root(site_root)
        .site_pkg_dir("pkg")
        .site_addr(site_addr)
        .hash_files(hashes.exists())
        .hash_file(hashes.to_string_lossy().into())
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
