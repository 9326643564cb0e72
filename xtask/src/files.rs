//! Folders as values: list, hash, compress, and make one folder equal another without touching what is equal already.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result};

/// Every file below a folder, in order; none if there is no such folder.
pub(crate) fn below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        if !folder.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Ok(files)
}

/// Sixteen hexadecimal digits that change when the content does. For names, not for security.
pub(crate) fn hash(content: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(content);
    format!("{:016x}", hasher.finish())
}

/// Writes a file unless it says that already, so that its time changes only when it does.
pub(crate) fn write(file: &Path, content: &[u8]) -> Result<()> {
    if fs::read(file).is_ok_and(|old| old == content) {
        return Ok(());
    }
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, content).with_context(|| format!("cannot write {}", file.display()))
}

/// When a file last changed; long ago, if there is none.
pub(crate) fn changed(file: &Path) -> SystemTime {
    fs::metadata(file).and_then(|data| data.modified()).unwrap_or(SystemTime::UNIX_EPOCH)
}

/// Puts a `.br` and a `.gz` beside a file, unless they are newer than it. Answers their paths.
pub(crate) fn compress(file: &Path) -> Result<[PathBuf; 2]> {
    let named = |ending: &str| PathBuf::from(format!("{}.{ending}", file.display()));
    let (br, gz) = (named("br"), named("gz"));
    let content = fs::read(file)?;
    if changed(&br) < changed(file) {
        let settings = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: content.len(), ..Default::default() };
        brotli::BrotliCompress(&mut content.as_slice(), &mut File::create(&br)?, &settings)?;
    }
    if changed(&gz) < changed(file) {
        let mut encoder = flate2::write::GzEncoder::new(File::create(&gz)?, flate2::Compression::best());
        encoder.write_all(&content)?;
        encoder.finish()?;
    }
    Ok([br, gz])
}

/// Whether compressing a file of this name is worth it: text and wasm, not pictures and fonts.
pub(crate) fn compressible(file: &Path) -> bool {
    const ENDINGS: [&str; 10] = ["css", "html", "ico", "js", "json", "svg", "txt", "wasm", "webmanifest", "xml"];
    file.extension().is_some_and(|ext| ENDINGS.iter().any(|ending| ext == *ending))
}

/// Removes what is below a folder and not in the list.
pub(crate) fn prune(folder: &Path, keep: &BTreeSet<PathBuf>) -> Result<()> {
    for file in below(folder)? {
        if !keep.contains(&file) {
            fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
        }
    }
    Ok(())
}

/// Makes `to` equal `from`: new files first, old ones removed last, times kept, equal files untouched.
///
/// So a server that is running never misses a file, and cargo recompiles what embeds them only when something changed.
pub(crate) fn mirror(from: &Path, to: &Path) -> Result<()> {
    let mut kept = BTreeSet::new();
    for file in below(from)? {
        let copy = to.join(file.strip_prefix(from)?);
        let same = fs::metadata(&copy).is_ok_and(|data| data.len() == fs::metadata(&file).map_or(0, |data| data.len()));
        if !same || changed(&copy) != changed(&file) {
            if let Some(folder) = copy.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::copy(&file, &copy).with_context(|| format!("cannot copy to {}", copy.display()))?;
            File::options().append(true).open(&copy)?.set_modified(changed(&file))?;
        }
        kept.insert(copy);
    }
    fs::create_dir_all(to)?;
    prune(to, &kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_adds_changes_and_removes_but_leaves_equal_files_alone() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        for (name, content) in [("same", "1"), ("assets/new", "2"), ("changed", "3")] {
            write(&from.join(name), content.as_bytes())?;
        }
        mirror(&from, &to)?;
        let before = changed(&to.join("same"));
        fs::remove_file(from.join("assets/new"))?;
        fs::write(from.join("changed"), "longer")?;
        mirror(&from, &to)?;
        assert_eq!(below(&to)?, [to.join("changed"), to.join("same")]);
        assert_eq!((fs::read_to_string(to.join("changed"))?, changed(&to.join("same"))), ("longer".to_owned(), before));
        Ok(())
    }

    #[test]
    fn a_compressed_file_unpacks_to_the_same() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let (file, text) = (folder.path().join("a.css"), "a { color: red } ".repeat(500));
        write(&file, text.as_bytes())?;
        let [br, gz] = compress(&file)?;
        let (mut from_br, mut from_gz) = (Vec::new(), Vec::new());
        brotli::BrotliDecompress(&mut File::open(br)?, &mut from_br)?;
        std::io::copy(&mut flate2::read::GzDecoder::new(File::open(gz)?), &mut from_gz)?;
        assert!(from_br == text.as_bytes() && from_gz == text.as_bytes());
        Ok(())
    }

    #[test]
    fn a_hash_is_sixteen_digits_and_changes_with_the_content() {
        assert_eq!(hash(b"one").len(), 16);
        assert_ne!(hash(b"one"), hash(b"two"));
    }
}
