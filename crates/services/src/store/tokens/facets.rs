//! What the filters of the list offer: who has generated tokens, and the roles that the organization has made. In one statement, and
//! without looking at every token.

use domain::{CustomRole, Name, PermissionSet};
use sqlx::{Database, Encode, QueryBuilder, Type};

use super::list::reach;
use crate::{
    access::Access,
    error::Result,
    store::{Db, on_db, stored},
};

/// The most names that the filter for who generated a token offers.
const NAMES: i64 = 100;

/// What the filters of a list offer.
pub(crate) struct Facets {
    /// The names of those who generated tokens, the first [`NAMES`].
    pub(crate) creators: Vec<String>,
    /// The organization's own roles, by name.
    pub(crate) roles: Vec<CustomRole>,
}

#[derive(sqlx::FromRow)]
struct Row {
    name: String,
    /// Of a role alone.
    role: Option<String>,
    permissions: Option<String>,
}

/// What the filters offer to who has this access.
pub(crate) async fn facets(db: &Db, access: &Access) -> Result<Facets> {
    let rows: Vec<Row> = on_db!(db, |pool| {
        let mut sql = statement(access);
        sql.build_query_as().fetch_all(pool).await?
    });
    let mut facets = Facets { creators: Vec::new(), roles: Vec::new() };
    for row in rows {
        match row.role {
            None => facets.creators.push(row.name),
            Some(id) => facets.roles.push(CustomRole {
                id: stored("roles.id", id.parse())?,
                name: stored("roles.name", Name::parse(&row.name))?,
                permissions: PermissionSet::from_stored(&row.permissions.unwrap_or_default()),
            }),
        }
    }
    Ok(facets)
}

fn statement<DB>(access: &Access) -> QueryBuilder<DB>
where
    DB: Database,
    for<'e> String: Encode<'e, DB> + Type<DB>,
    for<'e> i64: Encode<'e, DB> + Type<DB>,
{
    let organization = access.organization().id.to_string();
    let mut sql = QueryBuilder::new("WITH RECURSIVE names (name, place) AS (");
    if access.only_of().is_some() {
        // Whoever reaches few tokens has few to look at.
        sql.push("SELECT t.created_by_name, CAST(1 AS BIGINT) FROM tokens t WHERE t.organization_id = ").push_bind(organization.clone());
        reach(&mut sql, access);
        sql.push(" GROUP BY t.created_by_name ORDER BY t.created_by_name LIMIT ").push_bind(NAMES);
    } else {
        // From each name straight to the next one: DISTINCT would read the index of a million tokens for a handful of names.
        sql.push("SELECT MIN(t.created_by_name), CAST(1 AS BIGINT) FROM tokens t WHERE t.organization_id = ")
            .push_bind(organization.clone());
        sql.push(" UNION ALL SELECT (SELECT MIN(t.created_by_name) FROM tokens t WHERE t.organization_id = ")
            .push_bind(organization.clone());
        sql.push(" AND t.created_by_name > n.name), n.place + 1 FROM names n WHERE n.name IS NOT NULL AND n.place < ").push_bind(NAMES);
    }
    sql.push(
        ") SELECT n.name, CAST(NULL AS TEXT) AS role, CAST(NULL AS TEXT) AS permissions, n.name AS sorted FROM names n \
         WHERE n.name IS NOT NULL UNION ALL SELECT r.name, r.id, r.permissions, r.name_folded FROM roles r WHERE r.deleted_at IS NULL \
         AND r.organization_id = ",
    );
    sql.push_bind(organization).push(" ORDER BY sorted, role");
    sql
}

/// Whether there are tokens at all, also dead ones, that this access reaches.
pub(crate) async fn any(db: &Db, access: &Access) -> Result<bool> {
    let found: Option<String> = on_db!(db, |pool| {
        let mut sql = QueryBuilder::new("SELECT t.id FROM tokens t WHERE t.organization_id = ");
        sql.push_bind(access.organization().id.to_string());
        reach(&mut sql, access);
        sql.push(" LIMIT 1");
        sql.build_query_scalar().fetch_optional(pool).await?
    });
    Ok(found.is_some())
}
