//! What the portal and the dashboard each say about the person who is signed in: who, by which session, in which frame,
//! and how a request ends that leads nowhere.

use actix_web::{Error, FromRequest};
use narthex_http::page::Shell;
use narthex_people::People;
use narthex_people::password::HashFailed;
use narthex_people::session::{Surface, Word};
use narthex_tenancy::permission::Action;
use narthex_tenancy::{StoreError, TenantTx, ambient};
use narthex_vocab::{Id, PLATFORM_TENANT, Timestamp, kind};

use crate::Acting;
use crate::acting::NotPermitted;
use crate::endpoint::dashboard::frame::Area as StaffArea;
use crate::endpoint::dashboard::refusal::Refusal as StaffRefusal;
use crate::endpoint::dashboard::signed_in::{Look, StaffSignedIn};
use crate::endpoint::portal::frame::Area;
use crate::endpoint::portal::refusal::Refusal;
use crate::endpoint::portal::signed_in::SignedIn;

/// Who is signed in, and when.
pub(crate) struct Standing {
    pub(crate) tenant: Id<kind::Tenant>,
    pub(crate) surface: Surface,
    pub(crate) member: Id<kind::Member>,
    pub(crate) session: Id<kind::Session>,
    /// By whose word the session began, unless by a password.
    pub(crate) word: Option<Word>,
    pub(crate) now: Timestamp,
}

/// A person signed in at one of the consoles.
pub(crate) trait Console: FromRequest + 'static {
    /// What everybody who is signed in here may do.
    const ACTION: Action;
    /// A second factor is the person's own choice here.
    const OPTIONAL: bool;

    fn standing(&self) -> Standing;
    fn people(&self) -> &People;
    /// The path of the account's first page.
    fn here(&self) -> String;
    /// Who issues a second factor and for whom, as an authenticator shows it.
    fn labels(&self) -> (String, String);
    /// What a password must not be made of.
    fn about(&self) -> Vec<String>;
    async fn frame(&self, title: &str) -> Result<Shell, Error>;
    /// Reads in one transaction of the person's tenant.
    async fn within<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        F: AsyncFnOnce(&mut TenantTx) -> Result<T, StoreError>;
    /// One verb, in one transaction of the person's tenant.
    async fn act<T, E, F>(&self, work: F) -> Result<Result<T, E>, Error>
    where
        F: AsyncFnOnce(&mut TenantTx, &mut Acting<'_>) -> Result<T, E>,
        E: From<StoreError>;

    fn failed(error: StoreError) -> Error;
    fn could_not_hash(error: HashFailed) -> Error;
    fn not_permitted(error: NotPermitted) -> Error;
    fn not_found() -> Error;
    /// Away to the provider of the session, and back to this page.
    fn sign_in_anew(&self) -> Error;
}

impl Console for SignedIn {
    const ACTION: Action = Action::ReadTenant;
    const OPTIONAL: bool = true;

    fn standing(&self) -> Standing {
        Standing {
            tenant: self.tenant.id,
            surface: Surface::Portal,
            member: self.member.id,
            session: self.session.id,
            word: self.session.word,
            now: self.now,
        }
    }

    fn people(&self) -> &People {
        Self::people(self)
    }

    fn here(&self) -> String {
        self.path(&Area::Account.path())
    }

    fn labels(&self) -> (String, String) {
        let issuer = format!("Narthex {}", self.tenant.name);
        (issuer, self.member.email.as_str().to_owned())
    }

    fn about(&self) -> Vec<String> {
        vec![
            self.member.email.as_str().to_owned(),
            self.member.name.as_str().to_owned(),
            self.tenant.name.as_str().to_owned(),
        ]
    }

    async fn frame(&self, title: &str) -> Result<Shell, Error> {
        Ok(self.shell(Area::Account, title))
    }

    async fn within<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        F: AsyncFnOnce(&mut TenantTx) -> Result<T, StoreError>,
    {
        Self::within(self, work).await
    }

    async fn act<T, E, F>(&self, work: F) -> Result<Result<T, E>, Error>
    where
        F: AsyncFnOnce(&mut TenantTx, &mut Acting<'_>) -> Result<T, E>,
        E: From<StoreError>,
    {
        let permit = self.permit(Self::ACTION)?;
        Ok(Self::act(self, &permit, work).await)
    }

    fn failed(error: StoreError) -> Error {
        Refusal::from(error).into()
    }

    fn could_not_hash(error: HashFailed) -> Error {
        Refusal::from(error).into()
    }

    fn not_permitted(error: NotPermitted) -> Error {
        Refusal::from(error).into()
    }

    fn not_found() -> Error {
        Refusal::NotFound.into()
    }

    fn sign_in_anew(&self) -> Error {
        let location = self
            .elsewhere_anew()
            .unwrap_or_else(|| self.path("/sign-in"));
        Refusal::SignIn { location }.into()
    }
}

impl Console for StaffSignedIn {
    const ACTION: Action = Action::ReadPlatform;
    const OPTIONAL: bool = false;

    fn standing(&self) -> Standing {
        Standing {
            tenant: PLATFORM_TENANT,
            surface: Surface::Staff,
            member: self.member.id,
            session: self.session.id,
            word: self.session.word,
            now: self.now,
        }
    }

    fn people(&self) -> &People {
        &self.approval().people
    }

    fn here(&self) -> String {
        StaffArea::Account.path().to_owned()
    }

    fn labels(&self) -> (String, String) {
        let account = self.member.email.as_str().to_owned();
        ("Narthex staff".to_owned(), account)
    }

    fn about(&self) -> Vec<String> {
        vec![
            self.member.email.as_str().to_owned(),
            self.member.name.as_str().to_owned(),
        ]
    }

    async fn frame(&self, title: &str) -> Result<Shell, Error> {
        let area = StaffArea::Account;
        let seen = self.look(Look::list(area), async |_| Ok(())).await?;
        Ok(self.shell(area, &seen, title))
    }

    async fn within<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        F: AsyncFnOnce(&mut TenantTx) -> Result<T, StoreError>,
    {
        let staff: &crate::endpoint::staff::Staff = self;
        staff.within(PLATFORM_TENANT, work).await
    }

    async fn act<T, E, F>(&self, work: F) -> Result<Result<T, E>, Error>
    where
        F: AsyncFnOnce(&mut TenantTx, &mut Acting<'_>) -> Result<T, E>,
        E: From<StoreError>,
    {
        let permit = self.permit(Self::ACTION)?;
        let rng = &mut ambient::rng();
        let staff: &crate::endpoint::staff::Staff = self;
        let done = staff.within(PLATFORM_TENANT, async |tx| {
            work(tx, &mut staff.acting(&permit, rng)).await
        });
        Ok(done.await)
    }

    fn failed(error: StoreError) -> Error {
        StaffRefusal::from(error).into()
    }

    fn could_not_hash(error: HashFailed) -> Error {
        StaffRefusal::from(error).into()
    }

    fn not_permitted(error: NotPermitted) -> Error {
        StaffRefusal::from(error).into()
    }

    fn not_found() -> Error {
        StaffRefusal::NotFound.into()
    }

    fn sign_in_anew(&self) -> Error {
        // Staff sign in by passwords alone.
        StaffRefusal::NotFound.into()
    }
}
