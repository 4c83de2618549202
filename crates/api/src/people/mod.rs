//! People and what they may do: users, teams, roles, keys, sharing.

pub mod access;
pub mod api_key;
pub mod auth;
pub mod avatar;
pub mod hand_over;
pub mod mail;
pub mod password;
pub mod role;
pub mod sharing;
pub mod team;
pub mod transfer;
pub mod user;
