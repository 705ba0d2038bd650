//! What `./start` counts as changed: `ym_build_inputs` and `ym_sources_hash` in xtask/setup.sh.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{self, Command},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What a function of the `xtask/setup.sh` in `root` prints.
fn setup(root: &Path, call: &str) -> String {
    let script = format!(". xtask/setup.sh && {call}");
    let done = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &script])
        .current_dir(root)
        .output()
        .expect("bash runs");
    let complaint = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{call}: {complaint}");
    String::from_utf8(done.stdout).expect("text")
}

fn inputs(root: &Path) -> BTreeSet<PathBuf> {
    let names = setup(root, "ym_build_inputs");
    names.split_terminator('\0').map(PathBuf::from).collect()
}

#[test]
fn every_file_that_git_has_of_a_built_package_counts_but_for_tests() {
    let list = Command::new("git")
        .args(["ls-files", "-z", "--", "Cargo.*", "src", "style", "public"])
        .args(["domain", "app", "frontend", "frontend-meeting"])
        .args(["server", "migration"])
        .current_dir(root())
        .output()
        .unwrap();
    let listed = String::from_utf8(list.stdout).unwrap();
    let counted = inputs(&root());
    let is_test = |path: &Path| path.components().any(|part| part.as_os_str() == "tests");
    let mut kinds = BTreeSet::<String>::new();
    for path in listed.split_terminator('\0').map(PathBuf::from) {
        // One that was deleted and is not committed yet cannot be built.
        if is_test(&path) || !root().join(&path).exists() {
            continue;
        }
        assert!(counted.contains(&path), "{}", path.display());
        kinds.extend(path.extension().map(|kind| kind.display().to_string()));
    }
    for kind in ["rs", "toml", "html", "txt", "css"] {
        assert!(kinds.contains(kind), "no {kind} was looked at");
    }
}

#[test]
fn a_build_is_another_one_after_any_of_its_files_changed_appeared_or_went() {
    let tree = std::env::temp_dir().join(format!("ym-build-inputs-{}", process::id()));
    let write = |path: &str, text: &str| {
        let path = tree.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let original = fs::read_to_string(root().join("xtask/setup.sh")).unwrap();
    write("xtask/setup.sh", &original);
    for file in ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml"] {
        write(file, "");
    }
    for folder in ["domain", "app", "frontend", "frontend-meeting", "migration"] {
        write(&format!("{folder}/src/lib.rs"), "");
    }
    write(".cargo/config.toml", "");
    write("src/main.rs", "");
    write("style/main.css", "");
    write("public/icon.svg", "");
    write("end2end/package-lock.json", "");
    write("server/templates/mail with spaces.html", "Hello");
    write("server/tests/it/main.rs", "");
    let hash = || setup(&tree, "ym_sources_hash dev");
    let mut seen = BTreeSet::from([hash()]);
    assert_eq!(seen, BTreeSet::from([hash()]), "nothing has changed");
    write("server/tests/it/main.rs", "// A test is in no build.");
    assert_eq!(seen, BTreeSet::from([hash()]));
    for (path, text) in [
        ("server/templates/mail with spaces.html", "Good day"),
        ("server/templates/new.txt", ""),
        ("style/main.css", "body {}"),
        ("Cargo.lock", "# other versions"),
        ("public/icon.svg", "<svg/>"),
        ("end2end/package-lock.json", "{}"),
    ] {
        write(path, text);
        assert!(seen.insert(hash()), "{path}");
    }
    fs::remove_file(tree.join("server/templates/mail with spaces.html")).unwrap();
    assert!(seen.insert(hash()), "a file that went");
    assert!(seen.insert(setup(&tree, "ym_sources_hash release")));
    fs::remove_dir_all(tree).unwrap();
}
