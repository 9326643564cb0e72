//! `POST /api/v1/verify/batch`: the same question about several tokens at once.

use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::{
    busy::Asked,
    extract::{self, Object},
    json,
    problem::Problem,
    verify::{Answer, Question},
};

/// The most questions in one request.
const MOST: usize = 100;

/// Several questions.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Questions {
    /// From 1 to 100 of them.
    #[schema(value_type = Vec<Question>, min_items = 1, max_items = 100)]
    questions: Vec<Object<Question>>,
}

/// Several answers.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Answers {
    /// One for each question, in the order of the questions.
    answers: Vec<Answer>,
}

/// Verifies several tokens that were presented to the caller.
///
/// Each is judged as if it had been asked about alone; the answer is 200 also where one is `RATE_LIMITED`. If one question cannot be taken, none is answered. Needs `token:verify`.
#[utoipa::path(
    post,
    path = "/api/v1/verify/batch",
    operation_id = "tokens_verify",
    tag = "Verification",
    request_body(content = Questions, examples(
        ("Two tokens" = (value = json!({ "questions": [
            { "token": "jto_Ab1cdefghijklmnopqrstuvwxyz01234009xYz", "permission": "cluster:read" },
            { "token": "jto_nonsense" },
        ] }))),
    )),
    responses(
        (status = 200, description = "The verdicts.", body = Answers, example = json!({ "answers": [
            {
                "valid": true,
                "code": "VALID",
                "token": {
                    "id": "tok_019aa3c4f1a07d3e8000000000000002", "label": "ci", "hint": "jto_Ab1c…9xYz",
                    "owner": { "kind": "organization", "id": "org_019aa3c4f1a07d3e8000000000000001", "name": "Acme" },
                    "expires_at": null
                },
                "organization": { "id": "org_019aa3c4f1a07d3e8000000000000001", "slug": "acme", "name": "Acme" },
                "permissions": ["cluster:read"]
            },
            { "valid": false, "code": "NOT_FOUND" }
        ] })),
        (status = 403, description = "The caller's token lacks `token:verify`."),
    )
)]
pub(super) async fn verify(by: Asked<'_>) -> Result<Response, Problem> {
    let Questions { questions } = extract::object(by.body)?;
    if questions.is_empty() || questions.len() > MOST {
        return Err(Problem::invalid("questions".to_owned(), "Ask from 1 to 100 questions at once."));
    }
    let mut asked = Vec::with_capacity(questions.len());
    for (place, Object(question)) in questions.iter().enumerate() {
        asked.push(question.asked().map_err(|(member, invalid)| Problem::invalid(format!("questions[{place}].{member}"), &invalid.0))?);
    }
    let mut answers = Vec::with_capacity(questions.len());
    for (Object(question), asked) in questions.iter().zip(asked) {
        answers.push(services::verify::verify(&by.site.console, by.verifier, by.caller, &question.token, asked).await?.into());
    }
    Ok(json(&Answers { answers }))
}
