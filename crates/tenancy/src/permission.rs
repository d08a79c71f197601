//! Who may do what: one pure table, for the portal and the dashboard alike. A verb takes a [`Permit`], which only
//! [`Role::permit`] makes. It reads no database.

use narthex_vocab::{Id, kind};

/// What a person is, in a tenant or on the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Tenant: everything of the tenant, people included.
    Owner,
    /// Tenant: integrations from draft to credentials.
    Manager,
    /// Tenant: reads, and makes sandbox credentials.
    Developer,
    /// Tenant: reads.
    Viewer,
    /// Platform: takes and decides requests.
    Reviewer,
    /// Platform: decides, and confirms what others decided.
    Approver,
    /// Platform: incidents, suspension, brakes.
    IncidentLead,
    /// Platform: policies.
    PolicyAdmin,
    /// Platform: reads everything, changes nothing.
    Auditor,
}

/// Something that can be done, named as the audit shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Read the tenant's own integrations, requests and clients.
    ReadTenant,
    /// Add and change resources, scopes and tools.
    EditCatalogue,
    /// Create, edit and submit integrations.
    EditIntegration,
    /// Create a credential in the sandbox.
    CreateSandboxCredential,
    /// Create a credential in production.
    CreateProductionCredential,
    /// Accept or decline an offer.
    AnswerOffer,
    /// Change registration modes and texts.
    EditSettings,
    /// Invite people and change their roles.
    ManagePeople,
    /// Suspend the tenant's own clients, and resume what the tenant suspended.
    SuspendOwn,
    /// Revoke the tenant's own clients, with what they registered: for good.
    RevokeOwn,
    /// Read across tenants in the dashboard.
    ReadPlatform,
    /// Decide an access request.
    Decide,
    /// Confirm what another person decided about an access request, or refuse it.
    Confirm,
    /// Link or block what waits in quarantine.
    HandleQuarantine,
    /// Suspend and resume any client.
    SuspendAny,
    /// Make a tenant.
    CreateTenant,
    /// Freeze a whole tenant, and thaw it.
    FreezeTenant,
    /// Keep the list of known names.
    EditBrands,
    /// Stop registration in one's own tenant, and let it go on.
    BrakeOwn,
    /// Stop registration of any tenant, or of all.
    SetBrake,
    /// Let registration go on before a brake's end.
    LiftBrake,
    /// Trust a domain for a tenant, by two.
    TrustForTenant,
    /// Change the block list and the trust list.
    EditLists,
    /// Change the block list of one's own tenant.
    BlockOwn,
    /// Write the platform's policy, try it and propose it.
    EditPolicy,
    /// Publish a policy that somebody else proposed, or refuse it.
    PublishPolicy,
    /// Write the policy of one's own tenant, try it and propose it.
    EditOwnPolicy,
    /// Publish a policy that somebody else of one's own tenant proposed, or refuse it.
    PublishOwnPolicy,
}

impl Action {
    /// What staff roles may include.
    pub const STAFF: &'static [Self] = &[
        Self::ReadPlatform,
        Self::Decide,
        Self::Confirm,
        Self::HandleQuarantine,
        Self::SuspendAny,
        Self::CreateTenant,
        Self::FreezeTenant,
        Self::EditBrands,
        Self::SetBrake,
        Self::LiftBrake,
        Self::EditLists,
        Self::TrustForTenant,
        Self::EditPolicy,
        Self::PublishPolicy,
    ];

    /// What roles of a tenant may include.
    pub const TENANT: &'static [Self] = &[
        Self::ReadTenant,
        Self::EditCatalogue,
        Self::EditIntegration,
        Self::CreateSandboxCredential,
        Self::CreateProductionCredential,
        Self::AnswerOffer,
        Self::EditSettings,
        Self::ManagePeople,
        Self::SuspendOwn,
        Self::RevokeOwn,
        Self::BrakeOwn,
        Self::BlockOwn,
        Self::EditOwnPolicy,
        Self::PublishOwnPolicy,
    ];

    /// What it is, for people: what follows "may" in a sentence.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::ReadTenant => "read what the tenant has",
            Self::EditCatalogue => "change resources, scopes and tools",
            Self::EditIntegration => "create and send integrations",
            Self::CreateSandboxCredential => "create credentials in the sandbox",
            Self::CreateProductionCredential => "create credentials in production",
            Self::AnswerOffer => "answer offers",
            Self::EditSettings => "change settings",
            Self::ManagePeople => "invite people and change their roles",
            Self::SuspendOwn => "suspend clients of the tenant",
            Self::RevokeOwn => "revoke clients of the tenant",
            Self::ReadPlatform => "read across tenants",
            Self::Decide => "decide requests",
            Self::Confirm => "confirm what others decided",
            Self::HandleQuarantine => "handle what waits in quarantine",
            Self::SuspendAny => "suspend clients",
            Self::CreateTenant => "create tenants",
            Self::FreezeTenant => "freeze tenants",
            Self::EditBrands => "change the known names",
            Self::BrakeOwn => "stop registration of the tenant",
            Self::SetBrake => "stop registration",
            Self::LiftBrake => "let registration go on",
            Self::TrustForTenant => "trust a domain for a tenant",
            Self::EditLists => "change the block and trust lists",
            Self::BlockOwn => "change what the tenant blocks",
            Self::EditPolicy => "write the platform's policy",
            Self::PublishPolicy => "publish a policy that somebody else proposed",
            Self::EditOwnPolicy => "write the tenant's policy",
            Self::PublishOwnPolicy => "publish the tenant's policy that somebody else proposed",
        }
    }
}

impl Role {
    /// Every role, tenant's first.
    pub const ALL: [Self; 9] = [
        Self::Owner,
        Self::Manager,
        Self::Developer,
        Self::Viewer,
        Self::Reviewer,
        Self::Approver,
        Self::IncidentLead,
        Self::PolicyAdmin,
        Self::Auditor,
    ];

    /// Whether this role may do `action`. The whole table is this one `match`.
    #[must_use]
    pub const fn may(self, action: Action) -> bool {
        use Action as A;
        match action {
            A::ReadTenant => matches!(
                self,
                Self::Owner | Self::Manager | Self::Developer | Self::Viewer
            ),
            A::EditCatalogue
            | A::EditIntegration
            | A::CreateProductionCredential
            | A::AnswerOffer
            | A::SuspendOwn
            | A::PublishOwnPolicy => matches!(self, Self::Owner | Self::Manager),
            A::CreateSandboxCredential => {
                matches!(self, Self::Owner | Self::Manager | Self::Developer)
            }
            A::EditSettings
            | A::ManagePeople
            | A::RevokeOwn
            | A::BrakeOwn
            | A::BlockOwn
            | A::EditOwnPolicy => matches!(self, Self::Owner),
            A::EditPolicy => matches!(self, Self::PolicyAdmin),
            A::PublishPolicy => matches!(self, Self::PolicyAdmin | Self::Approver),
            A::SetBrake => matches!(self, Self::IncidentLead),
            A::LiftBrake | A::FreezeTenant => matches!(self, Self::IncidentLead | Self::Approver),
            A::EditLists => {
                matches!(
                    self,
                    Self::Reviewer | Self::IncidentLead | Self::PolicyAdmin
                )
            }
            A::ReadPlatform => matches!(
                self,
                Self::Reviewer
                    | Self::Approver
                    | Self::IncidentLead
                    | Self::PolicyAdmin
                    | Self::Auditor
            ),
            A::Decide | A::TrustForTenant => matches!(self, Self::Reviewer | Self::Approver),
            A::Confirm => matches!(self, Self::Approver),
            A::HandleQuarantine => {
                matches!(self, Self::Reviewer | Self::Approver | Self::IncidentLead)
            }
            A::EditBrands => {
                matches!(self, Self::Reviewer | Self::Approver | Self::PolicyAdmin)
            }
            A::SuspendAny | A::CreateTenant => {
                matches!(self, Self::Reviewer | Self::Approver | Self::IncidentLead)
            }
        }
    }

    /// The proof that `person` in this role may do `action`, or nothing.
    #[must_use]
    pub fn permit(self, person: &Person, action: Action) -> Option<Permit> {
        self.may(action).then(|| Permit {
            person: person.clone(),
            action,
        })
    }

    /// As stored in `tenant.membership.role`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Manager => "manager",
            Self::Developer => "developer",
            Self::Viewer => "viewer",
            Self::Reviewer => "reviewer",
            Self::Approver => "approver",
            Self::IncidentLead => "incident_lead",
            Self::PolicyAdmin => "policy_admin",
            Self::Auditor => "auditor",
        }
    }

    /// The words that people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Manager => "Integration manager",
            Self::Developer => "Developer",
            Self::Viewer => "Viewer",
            Self::Reviewer => "Reviewer",
            Self::Approver => "Second approver",
            Self::IncidentLead => "Incident lead",
            Self::PolicyAdmin => "Policy admin",
            Self::Auditor => "Auditor",
        }
    }

    /// Whether the role belongs to the platform tenant.
    #[must_use]
    pub const fn is_staff(self) -> bool {
        self.may(Action::ReadPlatform)
    }
}

/// The text is not a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a role")]
pub struct NotARole;

impl std::str::FromStr for Role {
    type Err = NotARole;

    fn from_str(text: &str) -> Result<Self, NotARole> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or(NotARole)
    }
}

/// Who acts: enough to record it and to keep apart who asked from who decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The tenant the person belongs to; the platform for staff.
    pub tenant: Id<kind::Tenant>,
    /// The person.
    pub member: Id<kind::Member>,
    /// The name shown beside what they did.
    pub name: String,
}

/// Somebody may do one thing. Made by [`Role::permit`] and nowhere else.
#[derive(Debug, Clone)]
pub struct Permit {
    person: Person,
    action: Action,
}

impl Permit {
    /// Who holds it.
    #[must_use]
    pub fn person(&self) -> &Person {
        &self.person
    }

    /// What it is for.
    #[must_use]
    pub const fn action(&self) -> Action {
        self.action
    }
}
