//! What lives in the browser. Everything else is written by the server and works as it is; these make it quicker and safer to use.
//!
//! An island is a component that the server writes like any other and that the module in the browser then takes over, with the
//! properties that were written beside it. So properties are for texts, and never for a secret.

mod copy;
mod dom;
mod page;
mod presets;
mod selection;

pub use copy::Copy;
pub use page::Page;
pub use presets::{Offered, Presets};
pub use selection::{CHOSEN, Selection};
