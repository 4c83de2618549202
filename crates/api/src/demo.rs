//! Demo data: a small firm to look around in.

use persistence::Store;

pub fn fill(store: &Store) -> anyhow::Result<String> {
    let _ = store;
    anyhow::bail!("not yet")
}
