//! One's own account: profile, password, second factor, sessions, API keys.

mod agent;
pub mod api_keys;
mod password;
mod picture;
pub mod profile;
mod second_factor;
mod sessions;
