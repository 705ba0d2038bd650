//! The pages on the server: the router, what surrounds it, and the document around each page.

mod layers;
mod policy;
mod programs;
mod providers;
mod router;
mod shell;

pub use programs::options;
pub use router::router;
