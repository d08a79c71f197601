//! A client has a person sign out (OpenID Connect RP-Initiated Logout 1.0), at this issuer alone: the session goes on at the other
//! environment of the tenant. Without an ID token of the very session the person is asked. Nobody is sent to an address that is not
//! registered.

use narthex_http::Params;
use narthex_tenancy::{TenantTx, tenant};
use narthex_vocab::{ClientId, RedirectUri};
use rand_core::CryptoRng;

use crate::call::Call;
use crate::client::{ApprovedClient, Standing};
use crate::consent::Leaving;
use crate::id_token::Hint;
use crate::logout_notice;
use crate::page_error::PageError;
use crate::signed_in::{SignedIn, signed_in};
use crate::store;

/// What became of it.
pub(crate) enum SignOut {
    /// The person is asked.
    Ask(Box<Question>),
    /// Nobody is signed in here any more; the browser goes on to the client, if it may.
    Done {
        tenant: String,
        leaving: Option<Leaving>,
    },
}

/// Who is asked whether to sign out, and what happens then.
pub(crate) struct Question {
    pub(crate) tenant: String,
    pub(crate) person: SignedIn,
    pub(crate) wish: Wish,
    /// The client's name for itself.
    pub(crate) client: Option<ApprovedClient>,
}

/// What was sent, as a form may carry it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wish {
    pub(crate) client: Option<ClientId>,
    pub(crate) redirect_uri: Option<String>,
    pub(crate) state: Option<String>,
    hint: Option<Hint>,
}

impl Wish {
    /// Reads it. A hint that is not of this issuer is no hint, and says that something is wrong.
    pub(crate) fn read(call: Call<'_>, params: &Params) -> Result<Self, PageError> {
        params.refuse_repeats(&[])?;
        let wrong = |words: &str| PageError::Request(words.to_owned());
        let hint = match params.given("id_token_hint")? {
            Some(text) => Some(Hint::read(call, text).ok_or_else(|| wrong("no ID token of ours"))?),
            None => None,
        };
        let named = params.given("client_id")?.map(ClientId::parse).transpose();
        let named = named.map_err(|_| PageError::UnknownClient)?;
        let client = match (&hint, named) {
            (Some(hint), Some(named)) if hint.client != named => {
                return Err(wrong("the ID token is another client's"));
            }
            (Some(hint), _) => Some(hint.client.clone()),
            (None, named) => named,
        };
        let state = params.given("state")?;
        if state.is_some_and(|state| state.chars().any(char::is_control)) {
            return Err(wrong("state has a control character"));
        }
        Ok(Self {
            client,
            redirect_uri: params.given("post_logout_redirect_uri")?.map(str::to_owned),
            state: state.map(str::to_owned),
            hint,
        })
    }

    /// Whether it brings an ID token of this very session.
    fn is_of(&self, person: &SignedIn) -> bool {
        self.hint.as_ref().is_some_and(|hint| {
            hint.person == person.member.id && hint.session == Some(person.session.id)
        })
    }
}

/// Carries it out, or asks first unless the person was.
pub(crate) async fn sign_out(
    tx: &mut TenantTx,
    call: Call<'_>,
    (wish, cookie, asked): (Wish, Option<&str>, bool),
    rng: &mut dyn CryptoRng,
) -> Result<SignOut, PageError> {
    let client = client(tx, call, &wish).await?;
    let leaving = leaving(&wish, client.as_ref())?;
    let tenant = tenant::load(tx).await?.name.to_string();
    let Some(person) = signed_in(tx, call, cookie).await? else {
        return Ok(SignOut::Done { tenant, leaving });
    };
    if !asked && !wish.is_of(&person) {
        return Ok(SignOut::Ask(Box::new(Question {
            tenant,
            person,
            wish,
            client,
        })));
    }
    let (environment, session) = (call.place.environment, person.session.id);
    store::signed_out::insert(tx, environment, session, call.now).await?;
    logout_notice::tell(tx, call, (session, person.member.id), rng).await?;
    Ok(SignOut::Done { tenant, leaving })
}

/// The client that is named, which stands.
async fn client(
    tx: &mut TenantTx,
    call: Call<'_>,
    wish: &Wish,
) -> Result<Option<ApprovedClient>, PageError> {
    let Some(id) = &wish.client else {
        return Ok(None);
    };
    match store::client::find(tx, call.place.environment, id, call.now).await? {
        Standing::Approved(client) => Ok(Some(client)),
        Standing::Stopped(_) => Err(PageError::Stopped),
        Standing::Undecided(_) | Standing::Unknown => Err(PageError::UnknownClient),
    }
}

/// Where the browser goes afterwards. An address that nobody vouches for is as good as none, and one that is not registered is an
/// error (section 3).
fn leaving(wish: &Wish, client: Option<&ApprovedClient>) -> Result<Option<Leaving>, PageError> {
    let (Some(presented), Some(client)) = (&wish.redirect_uri, client) else {
        return Ok(None);
    };
    let registered: Option<RedirectUri> = client.metadata().post_logout_redirect_uri(presented);
    let redirect_uri = registered.ok_or(PageError::RedirectUri)?;
    let state = wish.state.as_deref().map(|state| ("state", state));
    let parameters: Vec<_> = state.into_iter().collect();
    Ok(Some(Leaving {
        address: redirect_uri.with_response(&parameters),
        redirect_uri,
    }))
}
