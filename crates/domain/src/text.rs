//! Text, to be merged.
