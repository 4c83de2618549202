//! The kit: small components of our own over semantic HTML.

pub mod chart;
pub mod combobox;
pub mod dialog;
pub mod fresh;
pub mod icon;
pub mod later;
pub mod menu;
pub mod qr;
pub mod secret;
pub mod sending;
pub mod states;
pub mod tabs;
pub mod toast;

pub use crate::avatar::avatar;
pub use dialog::Dialog;
pub use fresh::fresh;
pub use icon::icon;
pub use later::{Fetched, later, later_dialog};
pub use menu::Menu;
pub use sending::Sending;
pub use states::{badge, empty, problem, skeleton};
pub use tabs::Tabs;
