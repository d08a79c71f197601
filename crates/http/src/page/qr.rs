//! A QR code as the path of a picture that the page draws itself: no image file, no script, no style. Whoever cannot scan
//! it needs the text beside it.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc};

/// The dark squares of a QR code (ISO/IEC 18004) with its quiet zone.
#[derive(Debug, Clone)]
pub struct Qr {
    /// Width and height of the `viewBox`, in squares.
    pub side: i32,
    /// The `d` of a path.
    pub path: String,
}

/// Squares of white around the code.
const QUIET: i32 = 4;

impl Qr {
    /// The code of a text; `None` for more than a code holds.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
        let size = code.size();
        let mut path = String::new();
        for y in 0..size {
            for x in (0..size).filter(|x| code.get_module(*x, y)) {
                // Writing to a text does not fail.
                let _ = write!(path, "M{} {}h1v1h-1z", x + QUIET, y + QUIET);
            }
        }
        Some(Self {
            side: size + 2 * QUIET,
            path,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_code_has_its_three_corners_and_too_much_is_none() {
        let qr = Qr::of("otpauth://totp/Narthex:ana?secret=ABC").unwrap();
        for corner in ["M4 4h1v1h-1z", &format!("M{} 4h1v1h-1z", qr.side - 5)] {
            assert!(qr.path.contains(corner), "{corner}");
        }
        assert!(Qr::of(&"x".repeat(4_000)).is_none());
    }
}
