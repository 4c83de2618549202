//! The pipeline board: opportunities as cards in the columns of their stages.

mod board;
mod card;
mod drag;
mod edit;

pub use board::BoardPage;
