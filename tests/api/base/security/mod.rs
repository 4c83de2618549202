//! What the list of security requirements asks for, a file for each of its lines. Line 6 is held by the types: the examples
//! of `persistence::engine` show what does not compile.

mod line_01_tenant_walls;
mod line_02_rights_table;
mod line_03_mass_assignment;
mod line_04_field_rights;
mod line_05_every_operation;
mod line_07_access_tokens;
mod line_08_sessions;
mod line_09_passwords;
mod line_10_guessing;
mod line_11_second_factor;
mod line_12_api_keys;
mod line_13_injection;
mod line_14_headers;
mod line_15_formulas;
mod line_16_uploads;
mod line_17_query_cost;
mod line_18_requests_of_the_server;
mod line_19_nothing_leaks;
mod line_24_full_disk;
mod line_25_ending;
mod line_26_overload;
mod line_28_migrations;
mod line_32_nothing_is_told;
mod line_33_shares;
mod line_35_bounds;

use tempfile::NamedTempFile;
use tests::engine::Place;
use tests::program::Program;

const PROGRAM: &str = env!("CARGO_BIN_EXE_guanxi-under-test");

/// The server's program with everything it can say of itself written to a file.
fn talkative(place: &Place) -> (Program, NamedTempFile) {
    let log = NamedTempFile::new().expect("a file");
    let process = Program::start(PROGRAM, &place.argument(), |command| {
        let end = || log.as_file().try_clone().expect("a file");
        command.args(["--workers", "1", "--rate-limit", "0"]);
        command.env("GUANXI_LOG", "trace").stderr(end());
    });
    (process, log)
}
