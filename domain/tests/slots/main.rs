//! Free slots against a slow oracle, in zones made for tests.

mod oracle;
mod policy;
mod properties;
mod zones;
