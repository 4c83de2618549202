#!/usr/bin/env bash
# cargo, a build folder shared by two clones of a workspace: a clone whose files are older than the last build gets the
# program that was made from the other clone's files, without a word.
#
# Guess: cargo tells packages in different folders apart, all the more where a program holds env!("CARGO_MANIFEST_DIR").
# Seen in cargo 1.95.0: a package of a workspace is known by its path within that, what is built is called fresh by the
# times of files alone, and cargo's own variables are not looked at.
# So `.ci/file-times` gives the files of each clone their times before the build folder is used.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
unset CARGO_MANIFEST_DIR RUSTC_WRAPPER

for clone in one two; do
  mkdir -p "$folder/$clone/src"
  printf '[package]\nname = "which"\nversion = "0.1.0"\nedition = "2024"\n[workspace]\n' > "$folder/$clone/Cargo.toml"
  printf 'fn main() { println!("%s, in {}", env!("CARGO_MANIFEST_DIR")); }\n' "$clone" > "$folder/$clone/src/main.rs"
done
export CARGO_TARGET_DIR="$folder/built"
cargo --version
seen="$(for clone in one two; do (cd "$folder/$clone" && cargo run --quiet --offline); done)"
echo "$seen"
[ "$seen" = "$(printf 'one, in %s/one\none, in %s/one' "$folder" "$folder")" ] || { echo "each clone has its own program now"; exit 1; }
