//! What needs attention among an organization's tokens. Each kind of it is a question to the list of tokens, so that what is counted here is what
//! the list shows.

use serde::{Deserialize, Serialize};

use crate::{
    PermissionSet, Status, Timestamp, Token, TokenQuery,
    token_query::{By, Expiring, Sort, Unused, View},
};

/// Why somebody should look at a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Attention {
    /// It ends within 30 days, or in the last third of a shorter life: what is meant to live for a week needs nobody on its first day.
    Expiring,
    /// Nobody has used it for 90 days, or ever since it was generated so long ago.
    Unused,
    /// It has no end.
    NeverExpires,
    /// It is expired or revoked, and somebody still presents it.
    OverPresented,
    /// It is in force, and somebody presents a secret of it that a rotation has ended, or it is switched off.
    OldPresented,
    /// Whoever generated it has left, and may have kept its secret.
    CreatorLeft,
    /// It breaks the organization's policy.
    OutsidePolicy,
    /// Some of what it may do nobody has asked of it for [`UsageHistory::JUDGED_DAYS`](crate::UsageHistory::JUDGED_DAYS) days.
    WiderThanUsed,
}

/// What can be the matter with a token beside its end and its use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// It was presented within [`Finding::PRESENTED_DAYS`] days though it, or that secret of it, is dead.
    Presented,
    /// It belongs to no person, whoever generated it is no longer a member, and it had no new secret since.
    CreatorLeft,
    /// It breaks the organization's policy.
    OutsidePolicy,
    /// It was used for [`UsageHistory::JUDGED_DAYS`](crate::UsageHistory::JUDGED_DAYS) days, each time for a permission that was named, and some that it holds were never among them.
    WiderThanUsed,
}

/// The one thing that is offered to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Remedy {
    /// Gives it a new secret.
    Rotate,
    /// Ends it.
    Revoke,
    /// Gives it an end, or another one.
    Edit,
    /// Generates another one in its place.
    Replace,
    /// Shows who presents it.
    Look,
}

/// The tokens that need attention for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Needing {
    /// Why.
    pub attention: Attention,
    /// How many there are; [`Attention::COUNTED`] and one means more.
    pub total: usize,
    /// The first ones.
    pub tokens: Vec<Noted>,
}

/// A token that needs attention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted {
    /// The token.
    pub token: Token,
    /// When it was last presented though dead, if that is why.
    pub presented_at: Option<Timestamp>,
    /// What of the policy it breaks, if that is why.
    pub outside: Option<String>,
    /// What it holds and was not used for, if that is why.
    pub excess: PermissionSet,
    /// Whether who asks may do what is offered.
    pub may_act: bool,
}

impl Attention {
    /// All of them, in the order of the page: first what goes wrong right now, then what will, then what could.
    pub const ALL: [Self; 8] = [
        Self::OldPresented,
        Self::OverPresented,
        Self::Expiring,
        Self::CreatorLeft,
        Self::OutsidePolicy,
        Self::NeverExpires,
        Self::WiderThanUsed,
        Self::Unused,
    ];

    /// The most tokens that are shown for one reason.
    pub const SHOWN: usize = 5;
    /// The most tokens that are counted for one reason: to count a hundred thousand takes seconds, and helps nobody.
    pub const COUNTED: usize = 1_000;

    /// The question to the list that finds them. What is switched off needs none of it, but when it is still presented.
    pub fn query(self) -> TokenQuery {
        let active =
            |sort, descending| TokenQuery { status: Some(Status::Active), sort: Sort { by: sort, descending }, ..TokenQuery::default() };
        match self {
            Self::Expiring => TokenQuery { expiring: Some(Expiring::Soon), ..active(By::Expires, false) },
            Self::Unused => TokenQuery { unused: Some(Unused::Days(90)), ..active(By::LastUsed, false) },
            Self::NeverExpires => TokenQuery { expiring: Some(Expiring::Never), ..active(By::Expires, false) },
            Self::OverPresented => TokenQuery { view: View::Inactive, finding: Some(Finding::Presented), ..TokenQuery::default() },
            Self::OldPresented => TokenQuery { finding: Some(Finding::Presented), ..TokenQuery::default() },
            Self::CreatorLeft => TokenQuery { finding: Some(Finding::CreatorLeft), ..active(By::Created, false) },
            Self::OutsidePolicy => TokenQuery { finding: Some(Finding::OutsidePolicy), ..active(By::Created, false) },
            Self::WiderThanUsed => TokenQuery { finding: Some(Finding::WiderThanUsed), ..active(By::Created, false) },
        }
    }

    /// Whether it is that something dead is presented.
    pub fn is_of_presented(self) -> bool {
        self.query().finding == Some(Finding::Presented)
    }

    /// What is offered.
    pub const fn remedy(self) -> Remedy {
        match self {
            Self::CreatorLeft => Remedy::Rotate,
            Self::Unused => Remedy::Revoke,
            // A rotation does not move the end, so it would be offered again.
            Self::Expiring | Self::NeverExpires | Self::OutsidePolicy | Self::WiderThanUsed => Remedy::Edit,
            Self::OverPresented => Remedy::Replace,
            Self::OldPresented => Remedy::Look,
        }
    }
}

impl Finding {
    /// All there are to choose from.
    pub const ALL: [Self; 4] = [Self::Presented, Self::CreatorLeft, Self::OutsidePolicy, Self::WiderThanUsed];
    /// How many days ago something dead was presented at the longest.
    pub const PRESENTED_DAYS: u16 = 7;

    /// The word in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Presented => "presented",
            Self::CreatorLeft => "left",
            Self::OutsidePolicy => "policy",
            Self::WiderThanUsed => "wider",
        }
    }

    /// Whether tokens of this view can have it: who generated what is over, and what a policy asks of it, matters no more.
    pub fn is_in(self, view: View) -> bool {
        view == View::Active || self == Self::Presented
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_finds_by_its_address_what_is_counted() {
        let addresses = Attention::ALL.map(|attention| {
            let query = attention.query();
            let written = query.to_query();
            assert_eq!(TokenQuery::parse(&written).unwrap(), query, "{written}");
            written
        });
        assert_eq!(
            addresses.each_ref().map(String::as_str),
            [
                "finding=presented",
                "view=inactive&finding=presented",
                "status=active&expiring=soon&sort=expires",
                "status=active&finding=left&sort=created",
                "status=active&finding=policy&sort=created",
                "status=active&expiring=never&sort=expires",
                "status=active&finding=wider&sort=created",
                "status=active&unused=90&sort=last_used",
            ]
        );
    }
}
