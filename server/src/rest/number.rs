//! Numbers in bodies.

use serde::Deserialize;

/// A whole number. JSON knows no other kind than numbers: 60.0 is one as well.
#[derive(Deserialize)]
#[serde(try_from = "serde_json::Number")]
pub(super) struct Whole(pub(super) u64);

impl TryFrom<serde_json::Number> for Whole {
    type Error = &'static str;

    fn try_from(number: serde_json::Number) -> Result<Self, Self::Error> {
        let whole = number.as_f64().filter(|number| number.fract() == 0.0 && (0.0..1e15).contains(number));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is whole, not negative and small enough")]
        number.as_u64().or(whole.map(|number| number as u64)).map(Self).ok_or("not a whole number")
    }
}
