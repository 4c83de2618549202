//! People and what they may do: users, teams, roles, keys, sharing.

pub mod access;
pub mod api_key;
pub mod avatar;
pub mod hand_over;
pub mod login;
pub mod outbox;
pub mod second_factor;
pub mod session;
pub mod sharing;
pub mod team;
pub mod transfer;
pub mod user;
