//! The server as a process of its own, for tests that kill it.

fn main() -> std::process::ExitCode {
    api::cli::run()
}
