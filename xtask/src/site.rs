//! What the browser gets: the islands compiled to WASM, its JavaScript glue, the stylesheet, and the files in `public/`.
//!
//! The parts are put together in a folder of each profile and then mirrored to `target/site`, so changing between a dev
//! and a release build costs a copy. Names carry a hash of the content: the server lets browsers keep them for ever. The
//! glue is told the WASM's address by the page, so nothing in it is rewritten.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use wasm_bindgen_cli_support::Bindgen;

use crate::css;
use crate::files;
use crate::project::{Profile, Project};
use crate::steps::{note, step};
use crate::tools::{self, run};

/// The npm package with wasm-opt. Debian's is years too old; without Node the release is a fifth larger and as good.
const BINARYEN: &str = "binaryen@132.0.0";

/// What rustc's wasm uses, and no more: wasm-opt must not write what older browsers lack.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Builds everything below `target/site`.
pub(crate) fn build(project: &Project, profile: Profile) -> Result<()> {
    let toolchain = tools::wasm_toolchain(project)?;
    let wasm = step("browser half", "the islands as WASM: what makes a page live", || compile(project, profile, toolchain.as_deref()))?;
    let folder = project.scratch().join(profile.name());
    let bound = bind(project, profile, &wasm, &folder.join("browser"))?;
    let css = step("stylesheet", "style/ and a rule for each utility class the console uses", || {
        css::stylesheet(&project.root, profile == Profile::Release)
    })?;
    let staged = folder.join("site");
    let mut kept = BTreeSet::new();
    for (content, ending) in [(fs::read(&bound.js)?, "js"), (fs::read(&bound.wasm)?, "wasm"), (css.into_bytes(), "css")] {
        let file = staged.join(format!("assets/jeton-{}.{ending}", files::hash(&content)));
        files::write(&file, &content)?;
        kept.insert(file);
    }
    let public = project.root.join("public");
    for file in files::below(&public)? {
        let copy = staged.join(file.strip_prefix(&public)?);
        files::write(&copy, &fs::read(&file)?)?;
        kept.insert(copy);
    }
    if profile == Profile::Release {
        step("compression", "brotli and gzip once here, not at each request", || {
            for file in kept.clone().iter().filter(|file| files::compressible(file)) {
                kept.extend(files::compress(file)?);
            }
            sizes(&kept)
        })?;
    }
    files::prune(&staged, &kept)?;
    files::mirror(&staged, &project.site())
}

/// Compiles `frontend`. Answers the wasm file.
fn compile(project: &Project, profile: Profile, toolchain: Option<&str>) -> Result<PathBuf> {
    let (cargo_profile, folder) = profile.browser();
    let mut cargo = project.cargo();
    cargo.args(["build", "--package", "frontend", "--lib", "--target", "wasm32-unknown-unknown", "--profile", cargo_profile]);
    let target = target_for(project, toolchain);
    use_toolchain(&mut cargo, project, toolchain);
    run(&mut cargo)?;
    Ok(target.join("wasm32-unknown-unknown").join(folder).join("frontend.wasm"))
}

/// Another toolchain gets a folder of its own: in a shared one the two would rebuild each other's work.
fn target_for(project: &Project, toolchain: Option<&str>) -> PathBuf {
    toolchain.map_or_else(|| project.target.clone(), |name| project.target.join(name))
}

/// Makes a cargo command use the toolchain that can compile for the browser.
pub(crate) fn use_toolchain(cargo: &mut Command, project: &Project, toolchain: Option<&str>) {
    if let Some(name) = toolchain {
        cargo.env("RUSTUP_TOOLCHAIN", name).env("CARGO_TARGET_DIR", target_for(project, toolchain));
    }
}

/// The wasm and its glue as the browser takes them.
struct Bound {
    js: PathBuf,
    wasm: PathBuf,
}

/// Runs wasm-bindgen (and in a release wasm-opt), unless the answer for this very wasm is there already.
fn bind(project: &Project, profile: Profile, wasm: &Path, folder: &Path) -> Result<Bound> {
    let bound = Bound { js: folder.join("jeton.js"), wasm: folder.join("jeton_bg.wasm") };
    let optimizer = if profile == Profile::Release { optimizer(project)? } else { None };
    let content = fs::read(wasm).with_context(|| format!("cannot read {}", wasm.display()))?;
    let stamp = format!("{} {:?} {optimizer:?}\n", files::hash(&content), files::changed(&env::current_exe()?));
    let stamped = folder.join("stamp");
    if fs::read_to_string(&stamped).is_ok_and(|old| old == stamp) {
        return Ok(bound);
    }
    step("wasm-bindgen", "the JavaScript between browser and WASM", || glue(profile, content, folder))?;
    if let Some(wasm_opt) = optimizer {
        step("wasm-opt", "about a fifth off the download", || {
            let mut node = Command::new("node");
            node.arg(wasm_opt).arg("-Oz").args(WASM_FEATURES).arg(&bound.wasm).arg("-o").arg(&bound.wasm);
            run(&mut node)
        })?;
    }
    fs::write(stamped, stamp)?;
    Ok(bound)
}

fn glue(profile: Profile, wasm: Vec<u8>, folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let release = profile == Profile::Release;
    let mut bindgen = Bindgen::new();
    bindgen.input_bytes("jeton", wasm).out_name("jeton").web(true)?.omit_default_module_path(true).typescript(false);
    let mut output = bindgen.keep_debug(false).remove_name_section(release).remove_producers_section(release).generate_output()?;
    // Each snippet would be one more script to hash, serve and allow. No crate here needs any.
    let inline = output.snippets().iter().filter(|(_, scripts)| !scripts.is_empty()).map(|(name, _)| name);
    let snippets = inline.chain(output.local_modules().keys()).cloned().collect::<Vec<_>>();
    ensure!(snippets.is_empty(), "these crates bring JavaScript files of their own: {}", snippets.join(", "));
    output.emit(folder)
}

/// The script of wasm-opt, brought by npm if Node is here; a line about it if not.
fn optimizer(project: &Project) -> Result<Option<PathBuf>> {
    let folder = project.scratch().join("npm");
    let script = folder.join("node_modules/binaryen/bin/wasm-opt");
    if tools::find("node").is_none() || tools::find("npm").is_none() {
        note("no Node here, so no wasm-opt: the WASM is about a fifth larger, and works as well");
        return Ok(None);
    }
    if script.is_file() {
        return Ok(Some(script));
    }
    fs::create_dir_all(&folder)?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", "--prefix"]);
    npm.arg(&folder).arg(BINARYEN).stdin(Stdio::null()).stdout(Stdio::null());
    if step("wasm-opt", "an npm package; a release without it works as well", || run(&mut npm)).is_err() {
        note("npm could not bring it: the WASM is about a fifth larger, and works as well");
        return Ok(None);
    }
    if !script.is_file() {
        bail!("{BINARYEN} has no bin/wasm-opt");
    }
    Ok(Some(script))
}

/// Says how much a browser downloads.
fn sizes(files: &BTreeSet<PathBuf>) -> Result<()> {
    for file in files.iter().filter(|file| file.with_extension("").to_string_lossy().contains("assets/jeton-")) {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if ["js", "wasm", "css"].iter().any(|ending| file.extension().is_some_and(|ext| ext == *ending)) {
            let kilobytes = |path: &Path| fs::metadata(path).map(|data| data.len().div_ceil(1000));
            let brotli = kilobytes(Path::new(&format!("{}.br", file.display())))?;
            note(&format!("{name}: {} kB, {brotli} kB as brotli", kilobytes(file)?));
        }
    }
    Ok(())
}
