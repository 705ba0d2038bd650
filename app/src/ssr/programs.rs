//! Where the browser's two programs are, and which of them brings a page to life.

use crate::routes;
use leptos::prelude::*;
use std::net::SocketAddr;

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
