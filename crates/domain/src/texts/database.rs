//! Why an instance cannot be opened, for operators: mostly for its database.

use core::fmt::Display;

/// What is wrong with an address, for [`no_address`].
pub const NO_USER: &str = "it does not name a user.";
pub const LOSES_WRITES: &str = "PostgreSQL runs with full_page_writes off and can lose data in a crash. Switch it on.";

pub fn no_address(why: &str) -> String {
    format!("The database address is not usable: {why} Write it as postgres://USER:PASSWORD@HOST:5432/NAME.")
}

pub fn unreachable(cause: &impl Display) -> String {
    format!("The database cannot be reached: {cause}")
}

pub fn old_sqlite(version: &str) -> String {
    format!("SQLite {version} is linked in; versions before 3.51.3 can lose commits. Build with libsqlite3-sys 0.37 or later.")
}

pub fn newer_schema(found: i64, known: i64) -> String {
    format!(
        "The database has schema {found}, this server knows {known}. Start the newer server, or restore the backup from before the upgrade."
    )
}

/// Where it is neither the database nor the key.
pub fn not_opened(cause: &impl Display) -> String {
    format!("The instance cannot be opened: {cause}")
}

pub fn not_brought_up_to_date(cause: &impl Display) -> String {
    format!("The database could not be brought up to date: {cause}")
}
