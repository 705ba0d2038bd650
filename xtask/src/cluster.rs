//! Three app processes behind HAProxy, two LiveKit nodes and Redis on this machine: what is shared, and what happens when
//! parts of it go away. Nothing else may load the machine: a LiveKit node that is silent for 5 seconds is dropped.

use crate::tools;
use anyhow::Result;

/// Runs it, and prints what was seen.
///
/// # Errors
/// When HAProxy or Redis are not installed, or something does not hold.
pub fn run() -> Result<()> {
    tools::bash(
        r#"
        for program in haproxy redis-server redis-cli; do
            command -v "$program" >/dev/null || ym_fail "$program is missing: Debian/Ubuntu packages 'haproxy' and 'redis-server'"
        done
        scratch=$(mktemp -d)
        trap 'ym_stop_all; rm -rf "$scratch"' EXIT
        ym_prerequisites; ym_rust; ym_npm; ym_build_tools; ym_livekit
        ym_build dev "$YM_TARGET_DIR/test-site" "$YM_TARGET_DIR/test-dist" >&2
        ym_start_postgres "$scratch"
        export YM_DIST=$YM_TARGET_DIR/test-dist YM_SCRATCH=$scratch YM_LOGS=servers-cluster YM_CLUSTER_POSTGRES_URL=$YM_TEST_POSTGRES_URL
        cd end2end
        ./node_modules/.bin/playwright test --config cluster.config.ts
        "#,
        &[],
        &[],
    )
}
