//! What the list of security requirements asks for, a file for each of its lines that no other tests name.

mod line_07_access_tokens;
mod line_10_guessing;
mod line_11_second_factor;
mod line_12_api_keys;
