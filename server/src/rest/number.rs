//! Numbers in bodies.

use serde::Deserialize;

/// A whole number. JSON knows no other kind than numbers: 60.0 is one as well. What is too large stays at the most there is, for who takes it
/// to refuse by its name.
#[derive(Deserialize)]
#[serde(try_from = "serde_json::Number")]
pub(super) struct Whole(pub(super) u64);

impl TryFrom<serde_json::Number> for Whole {
    type Error = &'static str;

    fn try_from(number: serde_json::Number) -> Result<Self, Self::Error> {
        let whole = number.as_f64().filter(|number| number.fract() == 0.0 && *number >= 0.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is whole and not negative; a cast stays at the most"
        )]
        number.as_u64().or(whole.map(|number| number as u64)).map(Self).ok_or("not a whole number")
    }
}
