//! What the page of a password reset asks. The password itself is set by a plain form alone.

use domain::{Email, Failure};

use crate::ssr::{no_store, reply, request};

/// Tells whose password a code sets. The code is the credential: without a good one the answer is 401, signed in or not.
pub async fn open(code: String) -> Result<Email, Failure> {
    let request = request();
    no_store();
    reply(services::resets::open(&request.console, &code).await)
}
