//! Proves the shape of the code that imports tell: which folders of a crate know each other, and who knows the
//! database's library. Reads the sources, as `use` trees and as paths within functions; tests do not count.

use anyhow::{Context, Result, bail, ensure};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};
use syn::{
    Item, UseTree,
    visit::{self, Visit},
};

/// Files of one folder may know each other in a circle of at most so many.
const CIRCLE_MAX: usize = 3;

/// Crates whose folders know each other in one direction only.
const CRATES: [&str; 3] = ["domain", "server", "app"];

/// Folders that know each other all the same, and why.
const EXCEPTIONS: [(&str, &str, &str); 1] = [
    // A server function is declared where pages see it, and its body asks the server's half of the pages.
    ("app", "api", "ssr"),
];

/// Where sea-orm may be named; its users go through `server/src/store`.
const STORE: [&str; 2] = ["server/src/store/", "migration/src/"];

/// Runs the checks from the workspace's root.
///
/// # Errors
/// With everything that is not as it should be.
pub fn run() -> Result<()> {
    let mut problems = Vec::new();
    let mut files = 0;
    for name in CRATES {
        let krate = Crate::read(name)?;
        ensure!(
            krate.files.len() > 20 || name == "domain",
            "{name} has hardly any files"
        );
        files += krate.files.len();
        problems.extend(krate.problems());
    }
    problems.extend(strangers_to_the_store()?);
    if !problems.is_empty() {
        bail!("{}", problems.join("\n"));
    }
    println!(
        "{files} files of {} crates: no circle between folders, none of more than {CIRCLE_MAX} files",
        CRATES.len()
    );
    Ok(())
}

/// Files outside the store that name the database's library.
fn strangers_to_the_store() -> Result<Vec<String>> {
    let mut found = Vec::new();
    for root in [
        "domain/src",
        "server/src",
        "app/src",
        "src",
        "frontend/src",
        "frontend-meeting/src",
    ] {
        for path in sources(Path::new(root))? {
            let text = fs::read_to_string(&path)?;
            let name = path.to_string_lossy();
            let may = STORE.iter().any(|store| name.starts_with(store))
                || name == "domain/src/database.rs";
            if !may && text.contains("sea_orm") {
                found.push(format!(
                    "{name} names sea_orm; only server/src/store and migration may"
                ));
            }
        }
    }
    Ok(found)
}

fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(sources(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// A module's place in its crate: `["meetings", "enter"]`; the root's is empty.
type Module = Vec<String>;

/// A crate's files and what they import from each other.
struct Crate {
    name: String,
    files: BTreeMap<Module, File>,
}

#[derive(Default)]
struct File {
    /// Paths that begin in this crate, from its root.
    imports: BTreeSet<Vec<String>>,
    /// What it passes on under its own name: the name, and where it comes from.
    passes_on: Vec<(String, Vec<String>)>,
}

impl Crate {
    fn read(name: &str) -> Result<Self> {
        let root = PathBuf::from(name).join("src");
        let mut files = BTreeMap::new();
        for path in sources(&root)? {
            let module = module_of(path.strip_prefix(&root)?);
            // A module's tests are a file of their own where they are long.
            if module.last().is_some_and(|last| last == "tests")
                || module.iter().any(|m| m == "tests")
            {
                continue;
            }
            let text = fs::read_to_string(&path)?;
            let parsed =
                syn::parse_file(&text).with_context(|| format!("parsing {}", path.display()))?;
            files.insert(module.clone(), File::of(&module, &parsed));
        }
        Ok(Self {
            name: name.to_owned(),
            files,
        })
    }

    /// The file that a path leads to, following what modules pass on.
    fn target(&self, path: &[String], depth: usize) -> Option<&Module> {
        let at = (0..=path.len())
            .rev()
            .find(|n| self.files.contains_key(&path[..*n]))?;
        let (module, file) = self.files.get_key_value(&path[..at])?;
        let passed = path.get(at).and_then(|name| {
            let (_, from) = file.passes_on.iter().find(|(passed, _)| passed == name)?;
            // A name passed on twice in a circle would never end.
            (depth < 8).then(|| self.target(from, depth + 1))?
        });
        passed.or(Some(module))
    }

    /// Which files know which.
    fn edges(&self) -> BTreeMap<&Module, BTreeSet<&Module>> {
        let mut edges: BTreeMap<&Module, BTreeSet<&Module>> = BTreeMap::new();
        for (module, file) in &self.files {
            let known = edges.entry(module).or_default();
            for import in &file.imports {
                if let Some(target) = self.target(import, 0) {
                    // The root only declares and passes on.
                    if target != module && !target.is_empty() {
                        known.insert(target);
                    }
                }
            }
        }
        edges
    }

    fn problems(&self) -> Vec<String> {
        let edges = self.edges();
        let mut problems = Vec::new();
        for circle in circles(&edges) {
            if circle.len() > CIRCLE_MAX {
                let files: Vec<String> = circle.iter().map(|module| module.join("/")).collect();
                problems.push(format!(
                    "{}: {} files in a circle: {}",
                    self.name,
                    files.len(),
                    files.join(", ")
                ));
            }
        }
        // Between folders: the first part of a module's place.
        let mut folders: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        for (module, known) in &edges {
            let Some(from) = module.first() else { continue };
            for target in known {
                let to = &target[0];
                let is_exception = EXCEPTIONS.iter().any(|(name, a, b)| {
                    *name == self.name && ((a, b) == (&from.as_str(), &to.as_str()))
                });
                if from != to && !is_exception {
                    let example = format!("{} -> {}", module.join("/"), target.join("/"));
                    folders
                        .entry(from.clone())
                        .or_default()
                        .entry(to.clone())
                        .or_insert(example);
                }
            }
        }
        let plain: BTreeMap<&String, BTreeSet<&String>> = folders
            .iter()
            .map(|(from, to)| (from, to.keys().collect()))
            .collect();
        for circle in circles(&plain) {
            if circle.len() < 2 {
                continue;
            }
            let mut ties = Vec::new();
            for from in &circle {
                for (to, example) in folders.get(*from).into_iter().flatten() {
                    if circle.contains(&to) {
                        ties.push(example.clone());
                    }
                }
            }
            let names: Vec<&str> = circle.iter().map(|name| name.as_str()).collect();
            problems.push(format!(
                "{}: folders in a circle: {}\n  {}",
                self.name,
                names.join(", "),
                ties.join("\n  ")
            ));
        }
        problems
    }
}

fn module_of(path: &Path) -> Module {
    let mut module: Module = path
        .with_extension("")
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if module
        .last()
        .is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str()))
    {
        module.pop();
    }
    module
}

impl File {
    fn of(module: &Module, parsed: &syn::File) -> Self {
        let mut file = Self::default();
        let mut reader = Reader {
            module,
            file: &mut file,
        };
        reader.visit_file(parsed);
        file
    }
}

/// Collects what a file names of its own crate.
struct Reader<'f> {
    module: &'f Module,
    file: &'f mut File,
}

impl Reader<'_> {
    /// A path from the crate's root; `None` for one that begins elsewhere.
    fn absolute(&self, path: &[String]) -> Option<Vec<String>> {
        match path.first()?.as_str() {
            "crate" => Some(path[1..].to_vec()),
            "self" => Some([self.module.as_slice(), &path[1..]].concat()),
            "super" => {
                let mut place = self.module.clone();
                let mut rest = path;
                while rest.first().is_some_and(|first| first == "super") {
                    place.pop()?;
                    rest = &rest[1..];
                }
                Some([place.as_slice(), rest].concat())
            }
            // A module beside or below: `pub use child::Name`.
            _ => Some([self.module.as_slice(), path].concat()),
        }
    }

    fn leaves(tree: &UseTree, before: &[String], found: &mut Vec<(Vec<String>, String)>) {
        match tree {
            UseTree::Path(path) => {
                let before = [before, &[path.ident.to_string()]].concat();
                Self::leaves(&path.tree, &before, found);
            }
            UseTree::Name(name) if name.ident == "self" => {
                let last = before.last().cloned().unwrap_or_default();
                found.push((before.to_vec(), last));
            }
            UseTree::Name(name) => {
                let name = name.ident.to_string();
                let path = [before, std::slice::from_ref(&name)].concat();
                found.push((path, name));
            }
            UseTree::Rename(rename) => {
                let path = [before, &[rename.ident.to_string()]].concat();
                found.push((path, rename.rename.to_string()));
            }
            UseTree::Glob(_) => found.push((before.to_vec(), String::new())),
            UseTree::Group(group) => {
                for item in &group.items {
                    Self::leaves(item, before, found);
                }
            }
        }
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .meta
                .require_list()
                .is_ok_and(|list| list.tokens.to_string() == "test")
    })
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        match item {
            Item::Mod(module) if is_test(&module.attrs) => {}
            _ => visit::visit_item(self, item),
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let mut leaves = Vec::new();
        Self::leaves(&item.tree, &[], &mut leaves);
        let is_public = !matches!(item.vis, syn::Visibility::Inherited);
        for (path, name) in leaves {
            let begins_here = matches!(
                path.first().map(String::as_str),
                Some("crate" | "self" | "super")
            );
            let Some(absolute) = self.absolute(&path) else {
                continue;
            };
            if is_public {
                self.file.passes_on.push((name, absolute));
            } else if begins_here {
                self.file.imports.insert(absolute);
            }
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let words: Vec<String> = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        if matches!(words.first().map(String::as_str), Some("crate" | "super"))
            && let Some(absolute) = self.absolute(&words)
        {
            self.file.imports.insert(absolute);
        }
        visit::visit_path(self, path);
    }
}

/// Groups of nodes each of which leads to each other (Tarjan 1972), of one node too.
fn circles<N: Ord + Copy>(edges: &BTreeMap<N, BTreeSet<N>>) -> Vec<Vec<N>> {
    struct Search<'e, N> {
        edges: &'e BTreeMap<N, BTreeSet<N>>,
        found: BTreeMap<N, (usize, usize)>,
        stack: Vec<N>,
        circles: Vec<Vec<N>>,
    }
    impl<N: Ord + Copy> Search<'_, N> {
        fn visit(&mut self, node: N) -> usize {
            let index = self.found.len();
            self.found.insert(node, (index, index));
            self.stack.push(node);
            let mut lowest = index;
            for next in self.edges.get(&node).into_iter().flatten() {
                match self.found.get(next) {
                    None => lowest = lowest.min(self.visit(*next)),
                    Some((seen, _)) if self.stack.contains(next) => lowest = lowest.min(*seen),
                    Some(_) => {}
                }
            }
            self.found.insert(node, (index, lowest));
            if lowest == index {
                let at = self
                    .stack
                    .iter()
                    .position(|n| *n == node)
                    .unwrap_or_default();
                self.circles.push(self.stack.split_off(at));
            }
            lowest
        }
    }
    let mut search = Search {
        edges,
        found: BTreeMap::new(),
        stack: Vec::new(),
        circles: Vec::new(),
    };
    for node in edges.keys() {
        if !search.found.contains_key(node) {
            search.visit(*node);
        }
    }
    search.circles
}

#[cfg(test)]
mod tests {
    use super::*;

    fn krate(files: &[(&str, &str)]) -> Crate {
        let file = |(path, text): &(&str, &str)| {
            let module = module_of(Path::new(path));
            let parsed = syn::parse_file(text).expect("Rust");
            let file = File::of(&module, &parsed);
            (module, file)
        };
        Crate {
            name: "server".to_owned(),
            files: files.iter().map(file).collect(),
        }
    }

    #[test]
    fn folders_that_know_each_other_are_named_with_the_imports_that_tie_them() {
        let problems = krate(&[
            ("lib.rs", "pub mod a; pub mod b;"),
            ("a/mod.rs", "mod x; pub use x::X;"),
            ("a/x.rs", "use crate::b; pub struct X;"),
            ("b.rs", "fn f() -> crate::a::X { crate::a::X }"),
        ])
        .problems();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].contains("a/x -> b") && problems[0].contains("b -> a/x"));
    }

    #[test]
    fn four_files_in_a_circle_are_one_too_many_and_tests_do_not_count() {
        let four = |last: &str| {
            krate(&[
                ("a/mod.rs", ""),
                ("a/x.rs", "use super::y::Y;"),
                ("a/y.rs", "use super::z;"),
                ("a/z.rs", "use super::{w::{self}};"),
                ("a/w.rs", last),
            ])
            .problems()
        };
        assert_eq!(four("use crate::a::x;").len(), 1);
        assert!(four("#[cfg(test)] mod tests { use crate::a::x; }").is_empty());
        assert!(four("").is_empty());
    }

    #[test]
    fn what_the_root_passes_on_leads_to_where_it_is() {
        let problems = krate(&[
            ("lib.rs", "mod state; mod use_case; pub use state::State;"),
            ("state.rs", "use crate::use_case::Part; pub struct State;"),
            ("use_case.rs", "use crate::State; pub struct Part;"),
        ])
        .problems();
        assert_eq!(problems.len(), 1, "{problems:?}");
    }
}
