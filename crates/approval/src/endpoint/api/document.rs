//! What the API is, from the code that answers, as documents of `OpenAPI` 3.1: one for each listener. They are served
//! without a token: they say nothing about any tenant.

use actix_web::HttpResponse;
use utoipa::OpenApi;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{Object, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Required, ResponseBuilder};

use super::{
    api_tokens, assignment, attempts, brakes, brands, clients, confirm, decide, documents,
    families, inventory, issuance, lineage, link, lists, me, policies, portal, publish_policy,
    quarantine, requests, step_up, suspend, tenants, together, trust, views,
};

/// The operations for staff.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Narthex management API",
        description = "What the staff dashboard does, for programs. Every call needs a person's token; every act needs a \
                       fresh one-time code (`/api/v1/step-up`), and may carry an `Idempotency-Key`. Errors are problem \
                       details (RFC 9457).",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(
        me::get,
        step_up::post,
        api_tokens::list,
        api_tokens::end,
        requests::list,
        requests::one,
        decide::post,
        confirm::post,
        assignment::take_it,
        assignment::give_back,
        together::post,
        quarantine::list,
        quarantine::one,
        link::post,
        quarantine::block_one,
        quarantine::expire_one,
        quarantine::split_one,
        quarantine::claim_one,
        families::one,
        families::block,
        families::expire,
        families::split,
        documents::list,
        documents::order,
        attempts::list,
        attempts::one,
        issuance::list,
        inventory::list,
        inventory::export,
        views::list,
        views::save,
        views::forget,
        clients::list,
        clients::one,
        lineage::get,
        suspend::suspend_client,
        suspend::resume_client,
        suspend::revoke_client,
        brakes::list,
        brakes::set,
        brakes::lift,
        lists::list,
        lists::add,
        lists::end,
        tenants::list,
        tenants::create,
        tenants::invite,
        tenants::freeze,
        tenants::thaw,
        brands::list,
        brands::keep,
        brands::forget,
        trust::list,
        trust::propose,
        trust::answer,
        trust::end,
        policies::list,
        policies::one,
        policies::validate,
        publish_policy::save,
        publish_policy::simulate,
        publish_policy::propose,
        publish_policy::answer,
    )
)]
struct StaffOperations;

/// The operations for people of tenants.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Narthex management API of a tenant",
        description = "What the portal does, for programs. Every call needs a token that its person made in the portal; \
                       where they have a second factor, every act needs a fresh one-time code (`step_up`). An act may \
                       carry an `Idempotency-Key`. Errors are problem details (RFC 9457).",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(
        me::of_tenant,
        step_up::of_tenant,
        api_tokens::list_of_tenant,
        api_tokens::end_of_tenant,
        portal::activity::list,
        portal::inventory::list,
        portal::inventory::export,
        views::list_of_tenant,
        views::save_of_tenant,
        views::forget_of_tenant,
        portal::members::list,
        portal::members::add,
        portal::members::invitations,
        portal::members::again,
        portal::members::end,
        portal::members::set_role,
        portal::members::remove,
        portal::identity_providers::list,
        portal::identity_providers::add,
        portal::identity_providers::test,
        portal::identity_providers::remove,
        portal::identity_providers::set_rule,
        portal::hand_over::ask,
        portal::hand_over::answer,
        portal::brake::get,
        portal::brake::set,
        portal::brake::lift,
        portal::integrations::list,
        portal::onboard::post,
        portal::revise::post,
        portal::integrations::one,
        portal::requests::one,
        portal::requests::answer,
        portal::requests::take_back,
        portal::clients::one,
        portal::clients::new_credential,
        portal::clients::retire,
        portal::promote::post,
        portal::clients::stop,
        portal::clients::go_on,
        portal::clients::end,
        portal::clients::lineage,
        portal::catalogue::list,
        portal::catalogue::add,
        portal::catalogue::offer,
        portal::catalogue::one,
        portal::catalogue::new_scope,
        portal::catalogue::new_tool,
        portal::catalogue::new_schema,
        portal::catalogue::new_secret,
        portal::event_stream::get,
        portal::event_stream::set,
        portal::event_stream::set_status,
        portal::event_stream::verify,
        portal::event_stream::remove,
        portal::domains::list,
        portal::domains::add,
        portal::domains::one,
        portal::domains::check,
        portal::domains::remove,
        portal::claims::list,
        portal::claims::one,
        portal::claims::take,
        portal::claims::not_ours,
        portal::verify::look,
        portal::verify::vouch_for,
        portal::verify::turn,
        portal::initial_access::list,
        portal::initial_access::make,
        portal::initial_access::revoke,
        portal::settings::get,
        portal::settings::change,
        portal::settings::limits,
        portal::settings::change_limits,
        portal::settings::allowlists,
        portal::settings::change_allowlists,
        portal::changes::get,
        portal::changes::choose,
        portal::token_policy::get,
        portal::token_policy::change,
        portal::statements::list,
        portal::statements::trust,
        portal::statements::distrust,
        portal::lists::trusted,
        portal::lists::trust,
        portal::lists::distrust,
        portal::lists::blocks,
        portal::lists::block,
        portal::lists::unblock,
        portal::policies::list,
        portal::policies::validate,
        portal::policies::save,
        portal::policies::one,
        portal::policies::simulate,
        portal::policies::propose,
        portal::policies::answer,
    )
)]
struct PortalOperations;

/// What stands in a path between braces.
const SEGMENTS: [(&str, &str); 21] = [
    ("tenant", "The tenant's slug."),
    ("environment", "`sandbox` or `production`."),
    ("owner", "`platform`, or a tenant's slug."),
    ("number", "The number of a version."),
    ("request_id", "`req_…`."),
    ("request", "`req_…`."),
    (
        "client_id",
        "The identifier of a client, encoded when it is an address.",
    ),
    (
        "client",
        "The identifier of a client, encoded when it is an address.",
    ),
    ("integration", "`int_…`."),
    ("credential", "`crd_…`."),
    ("resource", "`res_…`."),
    ("domain", "`dom_…`."),
    ("claim", "`clm_…`."),
    ("member", "`mem_…`."),
    ("invitation", "`inv_…`."),
    ("initial_access", "`iat_…`."),
    ("brake", "`brk_…`."),
    ("listing", "`lst_…`."),
    ("trust", "`tdm_…`."),
    ("proposal", "`prp_…`."),
    ("fingerprint", "64 hexadecimal digits."),
];

/// The document for staff.
pub(crate) fn of_staff() -> utoipa::openapi::OpenApi {
    whole(StaffOperations::openapi())
}

/// The document for people of tenants.
pub(crate) fn of_tenants() -> utoipa::openapi::OpenApi {
    whole(PortalOperations::openapi())
}

/// What the derives say, with what is true of every operation.
fn whole(mut api: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    let components = api.components.get_or_insert_default();
    components.add_security_scheme("token", SecurityScheme::Http(bearer));
    let problem = ContentBuilder::new()
        .schema(Some(RefOr::Ref(Ref::new(
            "https://www.rfc-editor.org/rfc/rfc9457#appendix-A",
        ))))
        .build();
    let refusal = ResponseBuilder::new()
        .description("Problem details; the member `type` leads to what to do about it.")
        .content("application/problem+json", problem)
        .build();
    let token = utoipa::openapi::SecurityRequirement::new("token", Vec::<String>::new());
    for (path, item) in &mut api.paths.paths {
        let parameters = segments(path);
        for operation in [&mut item.get, &mut item.post].into_iter().flatten() {
            operation.security = Some(vec![token.clone()]);
            let responses = &mut operation.responses.responses;
            responses.insert("default".to_owned(), refusal.clone().into());
            let own = operation.parameters.get_or_insert_default();
            own.splice(0..0, parameters.clone());
        }
        if let Some(operation) = &mut item.post {
            let own = operation.parameters.get_or_insert_default();
            own.push(idempotency_key());
        }
    }
    api
}

/// The parameters of a path.
fn segments(path: &str) -> Vec<RefOr<Parameter>> {
    let named = path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let parameter = |name: &str| {
        let known = SEGMENTS.iter().find(|(known, _)| *known == name);
        ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .description(known.map(|(_, words)| *words))
            .schema(Some(Object::with_type(Type::String)))
            .build()
            .into()
    };
    named.map(parameter).collect()
}

fn idempotency_key() -> RefOr<Parameter> {
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("What you call this act: it is done once in a day."))
        .schema(Some(Object::with_type(Type::String)))
        .build()
        .into()
}

/// `GET /api/v1/openapi.json` on the staff listener.
pub(crate) async fn openapi() -> HttpResponse {
    HttpResponse::Ok().json(of_staff())
}

/// `GET /api/v1/openapi.json` on the portal's listener.
pub(crate) async fn portal_openapi() -> HttpResponse {
    HttpResponse::Ok().json(of_tenants())
}
