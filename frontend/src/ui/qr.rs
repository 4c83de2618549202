//! QR codes, drawn as one path.

use leptos::prelude::*;
use qrcodegen::{QrCode, QrCodeEcc};
use std::fmt::Write;

/// What readers need free around the code, in modules.
const QUIET: i32 = 4;

/// Dark on light in either theme: many readers know no other. A screen has no scratches, so the fewest modules do: the
/// larger they are, the sooner a phone reads them. Nothing where the text is too long for a code.
pub fn qr(text: &str, label: &'static str) -> Option<AnyView> {
    let code = QrCode::encode_text(text, QrCodeEcc::Low).ok()?;
    let side = code.size() + 2 * QUIET;
    let view_box = format!("0 0 {side} {side}");
    let code = path(&code);
    Some(
        view! {
            <svg class="qr" viewBox=view_box role="img" aria-label=label shape-rendering="crispEdges">
                <rect width="100%" height="100%" fill="#fff"/>
                <path d=code fill="#000"/>
            </svg>
        }
        .into_any(),
    )
}

/// Each run of dark modules in a row is a bar.
fn path(code: &QrCode) -> String {
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let run = (x..code.size()).take_while(|x| code.get_module(*x, y)).count() as i32;
            if run > 0 {
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
            }
            x += run + 1;
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_covers_the_dark_modules() {
        let code =
            QrCode::encode_text("otpauth://totp/Guanxi:a%40b?secret=JBSWY3DP", QrCodeEcc::Medium).expect("short");
        let dark = (0..code.size())
            .flat_map(|y| (0..code.size()).map(move |x| (x, y)))
            .filter(|(x, y)| code.get_module(*x, *y))
            .count();
        let path = path(&code);
        let covered: usize = path
            .split('M')
            .filter_map(|bar| bar.split_once('h')?.1.split_once('v')?.0.parse::<usize>().ok())
            .sum();
        assert_eq!(covered, dark);
        // The finder in the corner begins with a row of seven.
        assert!(path.starts_with("M4 4h7v1h-7z"));
    }
}
