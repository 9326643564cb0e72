//! The forms of roles, and where roles are offered.

use axum::http::Method;
use domain::Role;

use crate::harness::{TestConsole, on_both, request, with};

on_both![
    a_role_is_made_edited_and_deleted_without_scripts,
    a_refused_form_keeps_what_was_typed,
    a_role_is_offered_where_it_can_be_given,
    an_edit_from_something_older_is_refused,
    the_api_makes_edits_and_deletes_roles,
];

async fn a_role_is_made_edited_and_deleted_without_scripts(it: TestConsole) {
    let admin = it.session("admin").await;
    let made = it.post_form(&admin, "/orgs/acme/roles/new", &[("name", "Deployer"), ("deployment:trigger", "on")]).await;
    assert_eq!((made.status.as_u16(), made.header("location")), (303, "/orgs/acme/roles?done=created"));
    let list = it.get(&admin, "/orgs/acme/roles").await.body;
    assert!(list.contains("Deployer") && list.contains("Built-in roles"));
    let id = list.split("/orgs/acme/roles/rol_").nth(1).unwrap()[..32].to_owned();
    let page = format!("/orgs/acme/roles/rol_{id}");
    let shown = it.get(&admin, &page).await.body;
    assert!(shown.contains("Nobody has this role yet"));
    assert!(!shown.contains("may-organization:delete"), "what no role can have is not offered");
    let version = shown.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let edit = [("name", "Releaser"), ("deployment:trigger", "on"), ("cluster:read", "on"), ("version", version.as_str())];
    let edited = it.post_form(&admin, &page, &edit).await;
    assert_eq!((edited.status.as_u16(), edited.header("location")), (303, "/orgs/acme/roles?done=edited"));
    assert!(it.get(&admin, "/orgs/acme/roles").await.text().contains("Releaser"));
    assert!(it.get(&admin, &format!("{page}/delete")).await.text().contains("Delete the role “Releaser”?"));
    let deleted = it.post_form(&admin, &format!("{page}/delete"), &[]).await;
    assert_eq!((deleted.status.as_u16(), deleted.header("location")), (303, "/orgs/acme/roles?done=deleted"));
    assert_eq!(it.get(&admin, &page).await.status, 404);
}

async fn a_refused_form_keeps_what_was_typed(it: TestConsole) {
    let admin = it.session("admin").await;
    let before = it.count("SELECT COUNT(*) FROM roles").await;
    for (fields, why) in [
        (&[("name", "Admin"), ("cluster:read", "on")][..], "This is the name of a built-in role"),
        (&[("name", "Kept name")], "Choose at least one permission."),
        (&[("name", "Kept name"), ("organization:delete", "on")], "only an owner may do that"),
        (&[("name", "Kept name"), ("cluster:fly", "on")], "not in the catalogue"),
        (&[("name", ""), ("cluster:read", "on")], "A name is needed."),
    ] {
        let refused = it.post_form(&admin, "/orgs/acme/roles/new", fields).await;
        assert_eq!(refused.status, 422, "{why}");
        let page = refused.body;
        assert!(page.contains(why) && page.contains(&format!("value=\"{}\"", fields[0].1)), "{why}");
    }
    assert_eq!(it.count("SELECT COUNT(*) FROM roles").await, before);
}

async fn a_role_is_offered_where_it_can_be_given(it: TestConsole) {
    let (admin, developer) = (it.session("admin").await, it.session("developer").await);
    let role = it.role("acme", "billing:read").await;
    let (id, name) = (role.role.id.to_string(), role.role.name.to_string());
    for page in ["/orgs/acme/tokens/new", "/orgs/acme/members/invite", "/orgs/acme/members/usr_00000000000000000000000000000002"] {
        let page = it.get(&admin, page).await.body;
        assert!(page.contains(&name) && page.contains(&format!("value=\"{id}\"")));
    }
    // The developer may not do what it stands for.
    assert!(!it.get(&developer, "/orgs/acme/tokens/new").await.body.contains(&id));
    let fields = [("label", "ci"), ("label_warned", "ci"), ("owner", "organization"), ("role", id.as_str()), ("expiry", "90")];
    let issued = it.post_form(&admin, "/orgs/acme/tokens/new", &fields).await;
    assert_eq!(issued.status, 200);
    let invited = it.post_form(&admin, "/orgs/acme/members/invite", &[("email", "new@acme.test"), ("role", id.as_str())]).await;
    assert_eq!(invited.status, 200);
    let (list, one) = (it.get(&admin, "/orgs/acme/tokens").await.body, it.get(&admin, &format!("/orgs/acme/tokens?role={id}")).await);
    assert!(list.contains(&format!("<option value=\"{id}\"")) && one.status == 200);
    let refused = it.post_form(&admin, &format!("/orgs/acme/roles/{id}/delete"), &[]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("in use by 1 invitation and 1 token"));
    assert!(
        it.get(&admin, &format!("/orgs/acme/roles/{id}"))
            .await
            .text()
            .contains("What you save holds at once, for 1 invitation and 1 token.")
    );
    // Whoever has no such role to give is refused it.
    let fields = [("label", "own"), ("label_warned", "own"), ("owner", "user"), ("role", id.as_str()), ("expiry", "90")];
    assert_eq!(it.post_form(&developer, "/orgs/acme/tokens/new", &fields).await.status, 422);
}

async fn an_edit_from_something_older_is_refused(it: TestConsole) {
    let admin = it.session("admin").await;
    let role = it.role("acme", "billing:read").await;
    let page = format!("/orgs/acme/roles/{}", role.role.id);
    let events = it.count("SELECT COUNT(*) FROM events").await;
    let late = it.post_form(&admin, &page, &[("name", "Late"), ("cluster:read", "on"), ("version", "older")]).await;
    assert_eq!(late.status, 409);
    assert!(late.text().contains("Somebody changed this role meanwhile"));
    assert_eq!(it.count("SELECT COUNT(*) FROM events WHERE action = 'role.edit'").await, 0);
    assert_eq!(it.count("SELECT COUNT(*) FROM events").await, events);
}

async fn the_api_makes_edits_and_deletes_roles(it: TestConsole) {
    let (token, viewer) =
        (it.token("acme", Role::Admin, &[]).await, it.token("acme", Role::Developer, &["role:create", "role:read"]).await);
    let roles = "/api/v1/organizations/acme/roles";
    let made = it.post_json(&token, roles, "{\"name\":\"Biller\",\"permissions\":[\"billing:read\"]}").await;
    assert_eq!(made.status, 201);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let one = format!("{roles}/{id}");
    assert_eq!(made.header("location"), one);
    let tag = made.header("etag").to_owned();
    let found = it.get(&token, &one).await;
    assert_eq!((found.header("etag"), &found.json()), (tag.as_str(), &made.json()));
    let body = format!("{{\"label\":\"ci\",\"role\":\"{id}\"}}");
    let issued = it.post_json(&token, "/api/v1/organizations/acme/tokens", &body).await;
    assert_eq!(issued.status, 201);
    assert_eq!(
        (&issued.json()["role"], &issued.json()["effective_permissions"]),
        (&id.clone().into(), &serde_json::json!(["billing:read"]))
    );
    assert_eq!(it.get(&token, &format!("/api/v1/organizations/acme/tokens?role={id}")).await.json()["items"].as_array().unwrap().len(), 1);
    let patch = async |caller, tag: &str, body: &str| {
        it.send(caller, with(request(Method::PATCH, &one, body), &[("content-type", "application/json"), ("if-match", tag)])).await
    };
    let narrower = "{\"permissions\":[\"cluster:read\"]}";
    assert_eq!(patch(&token, &tag, narrower).await.status, 412, "it was made when nobody had the role");
    let tag = it.get(&token, &one).await.header("etag").to_owned();
    let edited = patch(&token, &tag, narrower).await;
    assert_eq!((edited.status.as_u16(), &edited.json()["held_by"]["tokens"]), (200, &1.into()));
    assert_eq!(patch(&token, &tag, narrower).await.status, 412);
    assert_eq!(patch(&token, "*", "{\"colour\":1}").await.status, 422);
    assert_eq!(patch(&viewer, "*", narrower).await.status, 403);
    let refused = it.post_json(&viewer, roles, "{\"name\":\"More\",\"permissions\":[\"billing:read\"]}").await;
    assert_eq!((refused.status.as_u16(), refused.json()["field"].as_str()), (422, Some("permissions")));
    assert_eq!(it.get(&viewer, roles).await.json()["items"].as_array().unwrap().len(), 1);
    let used = it.delete(&token, &one).await;
    assert_eq!((used.status.as_u16(), used.json()["field"].as_str()), (422, Some("role")));
    let dead = issued.json()["id"].as_str().unwrap().to_owned();
    it.delete(&token, &format!("/api/v1/organizations/acme/tokens/{dead}")).await;
    assert_eq!(it.delete(&token, &one).await.status, 204);
    assert_eq!(it.get(&token, &one).await.status, 404);
}
