//! When an old secret ends.

use crate::Overlap;

pub const NO_OVERLAP: &str = "Choose when the old secret ends: now, 1h, 6h, 24h, 7d or first_use.";
pub const NO_CAUSE: &str = "A cause is ended, revoked, expired or disabled.";

pub const fn overlap(overlap: Overlap) -> &'static str {
    match overlap {
        Overlap::Now => "Now",
        Overlap::Hour => "In 1 hour",
        Overlap::SixHours => "In 6 hours",
        Overlap::Day => "In 24 hours",
        Overlap::Week => "In 7 days",
        Overlap::FirstUse => "On first use of the new one",
    }
}
