//! The nouns of Jeton and the rules that hold for them everywhere: what a label may look like, how a secret is written, who may do
//! what, when a token is good.
//!
//! Browser and server share this crate, so that the console hides exactly what the server refuses. It has no clock, no randomness
//! and no input or output: time and random bytes come in as arguments, which lets a test write down a whole answer.

pub mod attention;
pub mod audit;
pub mod catalogue;
pub mod change;
pub mod failure;
pub mod id;
pub mod invitation;
pub mod lifetime;
pub mod limits;
pub mod mail;
pub mod member;
pub mod member_query;
pub mod network;
pub mod organization;
pub mod owner;
pub mod page;
pub mod permission;
pub mod policy;
pub mod preset;
pub mod rate_limit;
pub mod role;
pub mod rotation;
pub mod secret;
pub mod session;
pub mod team;
pub mod text;
pub mod texts;
pub mod time;
pub mod token;
pub mod token_filter;
pub mod token_policy;
pub mod token_query;
pub mod usage;
pub mod verdict;

pub use attention::{Attention, Needing, Noted, Remedy};
pub use change::{Change, Dead, Rights};
pub use failure::{Code, Failure};
pub use id::{InvitationId, MailId, OrganizationId, PasswordResetId, RoleId, SessionId, TeamId, TokenId, UserId};
pub use invitation::{Invitation, InvitationLink, Invited, OpenInvitation, Standing};
pub use lifetime::Lifetime;
pub use limits::Limits;
pub use mail::{Delivery, Mail};
pub use member::{AfterLeaving, Email, Me, Member, Membership, Removal, Role};
pub use member_query::{MemberPlace, MemberQuery};
pub use network::Networks;
pub use organization::{Organization, Slug};
pub use owner::{Owner, OwnerChoice, OwnerTeam, Owners, Person};
pub use page::{Cursor, Page};
pub use permission::{Permission, PermissionSet};
pub use preset::Preset;
pub use rate_limit::RateLimit;
pub use role::{AssignedRole, CustomRole, DefinedRole, Holders, Offered, OfferedRole};
pub use rotation::{Cause, OldSecret, Overlap, Presented, Refusals, Rotation, SecretUser};
pub use secret::{Hint, Issued, Kind, Prefix, PresentedSecret, Secret};
pub use session::{CURRENT_PASSWORD, Session};
pub use team::{Team, TeamMember, TeamPage};
pub use text::{Description, Invalid, Label, Name, Reason, Search};
pub use time::Timestamp;
pub use token::{State, Status, Token};
pub use token_filter::TokenFilter;
pub use token_query::TokenQuery;
pub use usage::{PermissionUse, Purpose, SeenAddress, UsageDay, UsageHistory};
pub use verdict::Verdict;
