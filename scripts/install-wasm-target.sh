#!/usr/bin/env bash
# Makes the target wasm32-unknown-unknown usable. Prints on stdout the rustup toolchain that has it, nothing if the active one does.
# What happens is said on stderr. Where the target is usable already, nothing is changed and nothing is said.
#
#   1. the active toolchain has it                      done
#   2. `rustup target add`                              an ordinary machine
#   3. rustup cannot download, Debian's packages come   the standard library is built once (about a minute) from Debian's
#                                                       sources and kept as the rustup toolchain "debian-wasm"
#
# Exit codes: 69 it cannot be had here, 77 only root can bring it. Both say what to type.
set -euo pipefail

target=wasm32-unknown-unknown
name=debian-wasm
packages=(rustc-web cargo-web rust-web-src lld-22)

say() { printf '%s\n' "$*" >&2; }

# Does the active toolchain (or the one named) have a standard library for the target?
has_target() {
  local libdir
  libdir=$(rustc ${1:++"$1"} --print target-libdir --target "$target" 2>/dev/null) || return 1
  compgen -G "$libdir/libstd-*.rlib" >/dev/null
}

has_target && exit 0
if has_target "$name"; then
  echo "$name"
  exit 0
fi

if command -v rustup >/dev/null; then
  say "       rustup target add $target"
  if timeout 300 rustup target add "$target" >&2 && has_target; then exit 0; fi
else
  say "There is no rustup here, and the installed Rust has no standard library for $target."
  say "Install rustup, or your distribution's package for that target."
  exit 69
fi

if ! command -v apt-get >/dev/null; then
  say "Type, on a machine that can download: rustup target add $target"
  exit 69
fi
if [ "$(id -u)" != 0 ]; then
  say "Type one of:"
  say "    rustup target add $target"
  say "    sudo apt-get install -y --no-install-recommends ${packages[*]}   # and start this again as root"
  exit 77
fi

say "       rustup could not download it: Debian's Rust compiler and library sources instead"
install_packages() {
  apt-get update -qq && apt-get install -y -qq --no-install-recommends "${packages[@]}"
}
DEBIAN_FRONTEND=noninteractive install_packages >/dev/null </dev/null || {
  say "Debian's packages could not be installed either. Type, when this machine can download:"
  say "    rustup target add $target"
  exit 69
}

# A toolchain in rustup's shape, made of links into Debian's files.
home=${XDG_DATA_HOME:-$HOME/.local/share}/$name
host=$(/usr/bin/rustc -vV | sed -n 's/^host: //p')
rm -rf "$home"
mkdir -p "$home/bin" "$home/lib/rustlib/$target/lib" "$home/lib/rustlib/$host/bin"
for tool in rustc rustdoc; do
  printf '#!/bin/sh\nexec /usr/bin/%s --sysroot "%s" "$@"\n' "$tool" "$home" >"$home/bin/$tool"
  chmod +x "$home/bin/$tool"
done
ln -s /usr/bin/cargo "$home/bin/cargo"
ln -s /usr/lib/rustlib/src "$home/lib/rustlib/src"
ln -s "/usr/lib/rustlib/$host/lib" "$home/lib/rustlib/$host/lib"
ln -s /usr/bin/lld-22 "$home/lib/rustlib/$host/bin/rust-lld"

say "       building the standard library for $target (once, about a minute)"
seed=$(mktemp -d)
trap 'rm -rf "$seed"' EXIT
mkdir "$seed/src"
echo '#![no_std]' >"$seed/src/lib.rs"
cat >"$seed/Cargo.toml" <<'TOML'
[package]
name = "stdseed"
version = "0.0.0"
edition = "2024"
[profile.release]
opt-level = 3
debug = false
TOML
# Bitcode, or a profile with lto finds none in std. RUSTC_BOOTSTRAP for this one build of std only: the project is built as stable Rust.
(
  cd "$seed"
  env -u RUSTUP_TOOLCHAIN -u CARGO -u CARGO_TARGET_DIR RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Cembed-bitcode=yes \
    /usr/bin/cargo build --release -q -Z build-std=std,panic_abort --target "$target" >&2
)
cp "$seed/target/$target"/release/deps/lib*.rlib "$home/lib/rustlib/$target/lib/"
rm -f "$home/lib/rustlib/$target/lib"/libstdseed-*.rlib
rustup toolchain link "$name" "$home" >&2

if ! has_target "$name"; then
  say "The standard library was built but is not usable; the lines above say why."
  exit 69
fi
echo "$name"
