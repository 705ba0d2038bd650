# shellcheck shell=bash disable=SC2034
# Everything that ./start and ./test share: prerequisites, pinned tools, builds, and PostgreSQL. The app and LiveKit are
# started by xtask (xtask/src/stack).
# Sourced, never run. Every function is named ym_*; nothing happens until one is called.

# ---------------------------------------------------------------------------------------------------------------------
# Pins. The Rust toolchain is pinned in rust-toolchain.toml, wasm-bindgen in Cargo.lock, npm packages in
# end2end/package-lock.json.
# ---------------------------------------------------------------------------------------------------------------------
YM_CARGO_LEPTOS=0.3.11
YM_CARGO_DENY=0.20.2
YM_CARGO_MACHETE=0.9.2
YM_TYPOS=1.52.0
YM_LIVEKIT=1.11.0

YM_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
YM_RUN=$YM_ROOT/.run
YM_TOOLS_DIR=${YM_TOOLS_DIR:-$YM_ROOT/.tools}
case $YM_TOOLS_DIR in /*) ;; *) YM_TOOLS_DIR=$YM_ROOT/$YM_TOOLS_DIR ;; esac
YM_TARGET_DIR=${CARGO_TARGET_DIR:-$YM_ROOT/target}
case $YM_TARGET_DIR in /*) ;; *) YM_TARGET_DIR=$YM_ROOT/$YM_TARGET_DIR ;; esac

# The packages of every native cargo command, with the features that cargo-leptos asks for. One fixed list, because
# another list means other features, and other features mean compiling Leptos and sea-orm once more. The frontends are
# never in it (see Cargo.toml).
YM_PACKAGES=(--no-default-features -p young-minds -p domain -p app -p server -p migration -p xtask)

YM_CHILDREN=()

# ---------------------------------------------------------------------------------------------------------------------
# Words
# ---------------------------------------------------------------------------------------------------------------------
ym_say() { printf '%s\n' "$*"; }
ym_step() { printf '\n== %s\n' "$*"; }
ym_fail() {
  printf '\nerror: %s\n' "$*" >&2
  exit 1
}

# ym_from FOLDER COMMAND…: for the background only, where the folder changes for nobody else.
ym_from() {
  cd "$1" && shift && exec "$@"
}

# ym_long LABEL LOG COMMAND…: runs a long command, its output in LOG; says every 20 seconds how far it is, and shows the
# end of the log when it fails.
ym_long() {
  local label=$1 log=$2 pid status=0 seconds=0 line
  shift 2
  mkdir -p "$(dirname "$log")"
  printf '%s …\n' "$label"
  "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  YM_CHILDREN+=("$pid")
  while kill -0 "$pid" 2>/dev/null; do
    sleep 1
    seconds=$((seconds + 1))
    if ((seconds % 20 == 0)); then
      line=$(tr '\r' '\n' <"$log" | sed $'s/\x1b\\[[0-9;]*m//g' | grep -av '^[[:space:]]*$' | tail -n 1 | cut -c1-90) || line=''
      printf '   %3d:%02d  %s\n' $((seconds / 60)) $((seconds % 60)) "$line"
    fi
  done
  wait "$pid" || status=$?
  ym_forget "$pid"
  if ((status != 0)); then
    tail -n 60 "$log" >&2
    ym_fail "$label failed (exit code $status). The whole output is in $log"
  fi
  ((seconds < 5)) || printf '   %3d:%02d  done\n' $((seconds / 60)) $((seconds % 60))
}

# ---------------------------------------------------------------------------------------------------------------------
# Processes. Whatever is started here is stopped here, by its process id and no other way.
# ---------------------------------------------------------------------------------------------------------------------
ym_forget() {
  local kept=() pid
  for pid in ${YM_CHILDREN[@]+"${YM_CHILDREN[@]}"}; do
    [[ $pid == "$1" ]] || kept+=("$pid")
  done
  YM_CHILDREN=(${kept[@]+"${kept[@]}"})
}

# ym_stop PID: asks it to end, waits up to 12 seconds, then insists.
ym_stop() {
  local pid=$1 tries
  kill -TERM "$pid" 2>/dev/null || { ym_forget "$pid"; return 0; }
  for ((tries = 0; tries < 120; tries++)); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
  ym_forget "$pid"
}

ym_stop_all() {
  local i
  # The last started depends on the first, so it goes first.
  for ((i = ${#YM_CHILDREN[@]} - 1; i >= 0; i--)); do
    ym_stop "${YM_CHILDREN[$i]}"
  done
}

# ---------------------------------------------------------------------------------------------------------------------
# Prerequisites: named with how to get them, all at once
# ---------------------------------------------------------------------------------------------------------------------
ym_livekit_is_ours() { [[ -z ${LIVEKIT_WS_URL:-} && -z ${LIVEKIT_SERVER_BIN:-} ]] && ! command -v livekit-server >/dev/null; }

ym_prerequisites() {
  local missing=() major
  # Tools that their installers put into the home folder, but that a fresh shell may not see yet.
  if ! command -v cargo >/dev/null && [[ -d $HOME/.cargo/bin ]]; then PATH=$PATH:$HOME/.cargo/bin; fi
  if ! command -v go >/dev/null && [[ -d /usr/local/go/bin ]]; then PATH=$PATH:/usr/local/go/bin; fi
  export PATH

  command -v git >/dev/null || missing+=("git: your system's package 'git'")
  command -v rustup >/dev/null || missing+=("rustup (Rust's installer): https://rustup.rs")
  command -v cc >/dev/null || command -v gcc >/dev/null || command -v clang >/dev/null ||
    missing+=("a C compiler: Debian/Ubuntu 'build-essential', Fedora 'gcc', macOS 'xcode-select --install'")
  if ym_livekit_is_ours && [[ ! -x $YM_TOOLS_DIR/livekit-$YM_LIVEKIT/server ]] && ! command -v go >/dev/null; then
    missing+=("Go (builds LiveKit): https://go.dev/doc/install — or put a livekit-server on PATH")
  fi
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    missing+=("Node.js 20 or newer with npm: https://nodejs.org/en/download")
  else
    major=$(node --version)
    major=${major#v}
    major=${major%%.*}
    ((major >= 20)) || missing+=("Node.js 20 or newer (this one is $(node --version)): https://nodejs.org/en/download")
  fi
  if ((${#missing[@]} > 0)); then
    printf '\nerror: this machine lacks\n' >&2
    printf '  - %s\n' "${missing[@]}" >&2
    printf 'Install what is named and run this command again.\n' >&2
    exit 1
  fi
}

# ---------------------------------------------------------------------------------------------------------------------
# Tools: pinned, kept in YM_TOOLS_DIR/<name>-<version>, skipped when they are there
# ---------------------------------------------------------------------------------------------------------------------
ym_rust_version() { sed -n 's/^channel *= *"\(.*\)"/\1/p' "$YM_ROOT/rust-toolchain.toml"; }
ym_locked_version() { awk -v name="\"$1\"" '$1 == "name" && $3 == name { getline; gsub(/"/, "", $3); print $3; exit }' "$YM_ROOT/Cargo.lock"; }
ym_npm_version() { node -p "require('$YM_ROOT/end2end/package.json').devDependencies['$1']"; }

ym_rust() {
  local version have
  version=$(ym_rust_version)
  # One look at the files instead of four rustup calls: this runs on every start.
  have=$(rustc "+$version" --print sysroot 2>/dev/null || true)
  if [[ -z $have || ! -x $have/bin/cargo-clippy || ! -x $have/bin/rustfmt || ! -d $have/lib/rustlib/wasm32-unknown-unknown ]]; then
    ym_long "Installing Rust $version with the WASM target" "$YM_TOOLS_DIR/log/rust.log" \
      rustup toolchain install "$version" --no-self-update --profile minimal \
      --component clippy --component rustfmt --target wasm32-unknown-unknown
  fi
  export RUSTUP_TOOLCHAIN=$version
}

# ym_cargo_tool NAME VERSION BINARY OPTIMISATION ARGUMENTS…: cargo install at low optimisation; the release profile of
# these tools (LTO) would take half an hour on two cores.
ym_cargo_tool() {
  local name=$1 version=$2 binary=$3 optimisation=$4 dir=$YM_TOOLS_DIR/$3-$2
  shift 4
  if [[ ! -x $dir/bin/$binary ]]; then
    if cargo binstall -V >/dev/null 2>&1 &&
      (cd / && cargo binstall --no-confirm --root "$dir" "$name@$version") >"$YM_TOOLS_DIR/log/$binary-binstall.log" 2>&1; then
      ym_say "Installed $name $version (prebuilt)"
    else
      # Outside the checkout, so that the project's own cargo settings stay out of it.
      ym_long "Building $name $version (several minutes, once)" "$YM_TOOLS_DIR/log/$binary.log" \
        ym_from / env -u RUSTFLAGS CARGO_TARGET_DIR="$YM_TOOLS_DIR/build" CARGO_PROFILE_RELEASE_LTO=off \
        CARGO_PROFILE_RELEASE_OPT_LEVEL="$optimisation" CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_DEBUG=0 \
        cargo install "$name" --version "$version" --root "$dir" "$@"
      rm -rf "$YM_TOOLS_DIR/build"
    fi
  fi
  PATH=$dir/bin:$PATH
}

ym_build_tools() {
  local wasm_bindgen
  mkdir -p "$YM_TOOLS_DIR/log"
  wasm_bindgen=$(ym_locked_version wasm-bindgen)
  [[ -n $wasm_bindgen ]] || ym_fail "Cargo.lock names no wasm-bindgen"
  # It works on tens of megabytes with every build.
  ym_cargo_tool wasm-bindgen-cli "$wasm_bindgen" wasm-bindgen 1
  # It mostly waits for others; only compressing a release is work.
  ym_cargo_tool cargo-leptos "$YM_CARGO_LEPTOS" cargo-leptos 0 --locked --no-default-features --features no_downloads \
    --config profile.release.package.brotli.opt-level=3
  # wasm-opt, for release builds
  PATH=$YM_ROOT/end2end/node_modules/.bin:$PATH
  export PATH
}

# What only ./test lint needs.
ym_lint_tools() {
  mkdir -p "$YM_TOOLS_DIR/log"
  ym_cargo_tool typos-cli "$YM_TYPOS" typos 1 --locked
  ym_cargo_tool cargo-machete "$YM_CARGO_MACHETE" cargo-machete 1 --locked
  ym_cargo_tool cargo-deny "$YM_CARGO_DENY" cargo-deny 1 --locked
  export PATH
}

ym_livekit() {
  if [[ -n ${LIVEKIT_WS_URL:-} ]]; then return; fi
  if [[ -n ${LIVEKIT_SERVER_BIN:-} ]]; then :; elif command -v livekit-server >/dev/null; then
    LIVEKIT_SERVER_BIN=$(command -v livekit-server)
  else
    LIVEKIT_SERVER_BIN=$YM_TOOLS_DIR/livekit-$YM_LIVEKIT/server
    if [[ ! -x $LIVEKIT_SERVER_BIN ]]; then
      ym_long "Building LiveKit $YM_LIVEKIT (a few minutes, once)" "$YM_TOOLS_DIR/log/livekit.log" \
        ym_from / env GOBIN="$YM_TOOLS_DIR/livekit-$YM_LIVEKIT" go install "github.com/livekit/livekit-server/cmd/server@v$YM_LIVEKIT"
    fi
  fi
  export LIVEKIT_SERVER_BIN
}

# npm packages: the browser SDK, wasm-opt, Playwright. Installed again only when the lock file changes.
ym_npm() {
  local lock stamp=$YM_ROOT/end2end/node_modules/.young-minds-lock
  lock=$(ym_sha256 <"$YM_ROOT/end2end/package-lock.json")
  if [[ ! -f $stamp || $(<"$stamp") != "$lock" ]]; then
    mkdir -p "$YM_TOOLS_DIR/log"
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 ym_long "Installing npm packages" "$YM_TOOLS_DIR/log/npm.log" \
      npm ci --prefix "$YM_ROOT/end2end" --no-audit --no-fund
    printf '%s' "$lock" >"$stamp"
  fi
  ym_vendor
}

# The browser SDK is served from our own origin, under a name with its version, together with its licence.
ym_vendor() {
  local version from=$YM_ROOT/end2end/node_modules/livekit-client to=$YM_ROOT/public/vendor
  version=$(ym_npm_version livekit-client)
  if [[ ! -f $to/livekit-client-$version.umd.js || ! -f $to/livekit-client-$version.LICENSE.txt ]]; then
    rm -rf "$to"
    mkdir -p "$to"
    # Without the pointer to a source map, which we do not serve.
    sed '/^\/\/# sourceMappingURL=/d' "$from/dist/livekit-client.umd.js" >"$to/livekit-client-$version.umd.js.new"
    mv "$to/livekit-client-$version.umd.js.new" "$to/livekit-client-$version.umd.js"
    cp "$from/LICENSE" "$to/livekit-client-$version.LICENSE.txt"
  fi
}

# ---------------------------------------------------------------------------------------------------------------------
# Builds
# ---------------------------------------------------------------------------------------------------------------------
ym_sha256() { if command -v sha256sum >/dev/null; then sha256sum | cut -d' ' -f1; else shasum -a 256 | cut -d' ' -f1; fi; }

# Everything that a build depends on, each name ended by a NUL: whole folders but for their tests, because what a list of
# kinds leaves out (templates, say) is built only after something else has changed.
ym_build_inputs() {
  (
    cd "$YM_ROOT" || exit 1
    find Cargo.toml Cargo.lock rust-toolchain.toml .cargo src domain app frontend frontend-meeting server migration \
      style public end2end/package-lock.json \
      -path '*/tests' -prune -o -type f ! -name '.*.sw?' ! -name '*~' -print0
  )
}

# One hash over all of it.
ym_sources_hash() {
  (
    cd "$YM_ROOT" || exit 1
    {
      printf '%s %s\n' "$YM_CARGO_LEPTOS" "$1"
      ym_build_inputs | LC_ALL=C sort -z |
        if command -v sha256sum >/dev/null; then xargs -0 sha256sum; else xargs -0 shasum -a 256; fi
    } | ym_sha256
  )
}

# Names a build of xtask in YM_XTASK, unless one is named already: `cargo xtask` names itself.
ym_xtask() {
  if [[ -n ${YM_XTASK:-} ]]; then return; fi
  local build=(cargo build --quiet --locked "${YM_PACKAGES[@]}" --bin xtask)
  export YM_XTASK=$YM_TARGET_DIR/debug/xtask
  if [[ -x $YM_XTASK ]]; then
    (cd "$YM_ROOT" && "${build[@]}")
  else
    ym_long "Building xtask" "$YM_TOOLS_DIR/log/xtask.log" ym_from "$YM_ROOT" "${build[@]}"
  fi
}

# ym_build MODE SITE DIST: builds the site into SITE and the server, MODE dev or release, and lays both out in DIST:
# young-minds and site/ (with hash*.txt: the hashes in its files' names). Programs run from there, so that neither a
# later build nor ./test can pull the files from under them.
ym_build() {
  local mode=$1 site=$2 dist=$3 profile=debug hash flags=()
  hash=$(ym_sources_hash "$mode")
  if [[ -f $dist/stamp && $(<"$dist/stamp") == "$hash" ]]; then
    ym_say "Build: nothing has changed, skipped"
    return
  fi
  if [[ $mode == release ]]; then
    profile=release
    flags=(--release --precompress)
  fi
  ym_long "Building Young Minds, $mode profile (long the first time)" "$YM_TOOLS_DIR/log/build-$mode.log" \
    ym_cargo_leptos "$site" ${flags[@]+"${flags[@]}"}
  ym_lay_out "$site" "$YM_TARGET_DIR/$profile" "$dist"
  printf '%s' "$hash" >"$dist/stamp"
}

# ym_cargo_leptos SITE FLAGS…: both projects of Cargo.toml. Each empties its site first, so the meeting has one beside.
ym_cargo_leptos() {
  local site=$1
  shift
  cd "$YM_ROOT" || return
  # A `cargo xtask` sets the name, and cargo-leptos would call both programs so.
  unset DATABASE_URL LEPTOS_OUTPUT_NAME
  export CARGO_TARGET_DIR=$YM_TARGET_DIR
  LEPTOS_SITE_ROOT=$site cargo leptos build --project young-minds "$@" &&
    LEPTOS_SITE_ROOT=$site-meeting cargo leptos build --project meeting --frontend-only "$@" &&
    cp "$site-meeting/pkg"/young-minds-meeting.*.{js,wasm}* "$site/pkg/"
}

# ym_lay_out SITE BIN-FOLDER DIST
ym_lay_out() {
  rm -rf "$3.new"
  mkdir -p "$3.new"
  cp "$2/young-minds" "$3.new/"
  cp -R "$1" "$3.new/site"
  cp "$2"/hash*.txt "$3.new/site/"
  rm -rf "$3"
  mv "$3.new" "$3"
}

# ---------------------------------------------------------------------------------------------------------------------
# Settings and PostgreSQL
# ---------------------------------------------------------------------------------------------------------------------
# ym_env_file FILE: takes KEY=VALUE lines over into the environment; what is already set there wins.
ym_env_file() {
  local line key value
  [[ -f $1 ]] || return 0
  while IFS= read -r line || [[ -n $line ]]; do
    [[ $line =~ ^[[:space:]]*(export[[:space:]]+)?([A-Z][A-Z0-9_]*)=(.*)$ ]] || continue
    key=${BASH_REMATCH[2]}
    value=${BASH_REMATCH[3]}
    if [[ $value =~ ^\"(.*)\"$ || $value =~ ^\'(.*)\'$ ]]; then value=${BASH_REMATCH[1]}; fi
    [[ -n ${!key+set} ]] || export "$key=$value"
  done <"$1"
}

# ym_start_postgres FOLDER: a PostgreSQL cluster in the folder, named in YM_TEST_POSTGRES_URL, unless that names a
# server already. YM_POSTGRES_CTL is the beginning of a command that controls it, to be run from a folder like /. initdb refuses root, so root asks the user postgres to run it.
ym_postgres_bin() {
  local dir
  for dir in "$(dirname "$(command -v initdb 2>/dev/null || echo /)")" "$(pg_config --bindir 2>/dev/null || true)" \
    $(printf '%s\n' /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql*/bin | sort -rV); do
    # initdb may be a link that stands alone; the others have to be beside it.
    if [[ -n $dir && -x $dir/initdb && -x $dir/postgres && -x $dir/pg_isready ]]; then
      printf '%s' "$dir"
      return
    fi
  done
  return 1
}

ym_start_postgres() {
  local scratch=$1
  local bin data=$scratch/postgres port as=()
  if [[ -n ${YM_TEST_POSTGRES_URL:-} ]]; then return; fi
  bin=$(ym_postgres_bin) || ym_fail "the tests need PostgreSQL's server programs: Debian/Ubuntu 'postgresql', Fedora 'postgresql-server', macOS 'brew install postgresql'; or name a server in YM_TEST_POSTGRES_URL"
  chmod 755 "$scratch"
  mkdir "$data"
  if [[ $(id -u) == 0 ]]; then
    id postgres >/dev/null 2>&1 || ym_fail "PostgreSQL refuses to run as root and there is no user 'postgres'; run ./test as another user"
    chown postgres "$data"
    if command -v setpriv >/dev/null; then
      as=(setpriv --reuid=postgres --regid="$(id -g postgres)" --clear-groups --)
    else
      as=(sudo -u postgres --)
    fi
  fi
  # ym_from: the current folder may be closed to the user postgres.
  (ym_from / ${as[@]+"${as[@]}"} "$bin/initdb" -D "$data/data" -U postgres -A trust -E UTF8 --no-locale --no-sync) >"$scratch/initdb.log" 2>&1 ||
    { cat "$scratch/initdb.log" >&2; ym_fail "initdb failed"; }
  ym_xtask
  port=$("$YM_XTASK" port)
  ym_from / ${as[@]+"${as[@]}"} "$bin/postgres" -D "$data/data" -p "$port" -k "$data" -c listen_addresses=127.0.0.1 \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 >"$scratch/postgres.log" 2>&1 </dev/null &
  YM_CHILDREN+=("$!")
  local pid=$! tries
  for ((tries = 0; tries < 200; tries++)); do
    if "$bin/pg_isready" -q -h 127.0.0.1 -p "$port" 2>/dev/null; then break; fi
    kill -0 "$pid" 2>/dev/null || { cat "$scratch/postgres.log" >&2; ym_fail "PostgreSQL did not start"; }
    sleep 0.1
  done
  export YM_TEST_POSTGRES_URL=postgres://postgres@127.0.0.1:$port/postgres
  export YM_POSTGRES_CTL="${as[*]-} $bin/pg_ctl -D $data/data -s"
  ym_say "$("$bin/postgres" --version) on port $port"
}
