//! Who answers for an integration: asking somebody else, and their answer.

use actix_web::HttpResponse;
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_vocab::{Id, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::body::Body;
use super::super::fault::{self, Fault, faults};
use super::super::holder::Holder;
use crate::Acting;
use crate::hand_over::{
    AnswerHandover, AnswerHandoverError, HandOver, HandOverError, HandedOver, HandoverAnswered,
    answer_handover, hand_over,
};
use crate::prose::Reason;

/// Who shall answer for it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Successor {
    /// `mem_…`.
    #[schema(value_type = String)]
    to: Id<kind::Member>,
    /// Why: they read it.
    #[schema(value_type = String)]
    reason: Reason,
}

/// The answer of who was asked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HandoverAnswer {
    /// As the integration names it.
    #[schema(value_type = String)]
    handover: Id<kind::Handover>,
    /// `accept` or `decline`.
    answer: String,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct HandoverStands {
    /// `asked`, `accepted` or `declined`.
    state: &'static str,
    /// What the answer names, when somebody was asked.
    handover: Option<String>,
    /// Clients that go on, since somebody answers for them again.
    clients: Vec<String>,
}

/// Ask somebody to answer for an integration; yourself at once.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/integrations/{integration}/hand-over",
    operation_id = "hand_over",
    request_body = Successor,
    responses((status = 200, body = HandoverStands))
)]
pub(crate) async fn ask(holder: Holder, body: Body<Successor>) -> Result<HttpResponse, Fault> {
    let command = HandOver {
        integration: holder.named("integration")?,
        to: body.says.to,
        reason: body.says.reason,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        Ok(match hand_over(tx, command, acting).await? {
            HandedOver::Asked(id) => stands("asked", Some(id), &[]),
            HandedOver::Taken(clients) => stands("accepted", None, &clients),
        })
    };
    holder.act((Action::ManagePeople, &body.object), act).await
}

/// Answer, as who was asked.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/integrations/{integration}/hand-over/answer",
    operation_id = "answer_handover",
    request_body = HandoverAnswer,
    responses((status = 200, body = HandoverStands))
)]
pub(crate) async fn answer(
    holder: Holder,
    body: Body<HandoverAnswer>,
) -> Result<HttpResponse, Fault> {
    let command = AnswerHandover {
        integration: holder.named("integration")?,
        handover: body.says.handover,
        accept: match body.says.answer.as_str() {
            "accept" => true,
            "decline" => false,
            _ => return Err(Fault::member("answer", "accept or decline")),
        },
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        Ok(match answer_handover(tx, command, acting).await? {
            HandoverAnswered::Accepted(clients) => stands("accepted", None, &clients),
            HandoverAnswered::Declined => stands("declined", None, &[]),
        })
    };
    holder.act((Action::ReadTenant, &body.object), act).await
}

fn stands(
    state: &'static str,
    handover: Option<Id<kind::Handover>>,
    clients: &[narthex_vocab::ClientId],
) -> HandoverStands {
    HandoverStands {
        state,
        handover: handover.map(|id| id.to_string()),
        clients: clients.iter().map(ToString::to_string).collect(),
    }
}

faults! {
    HandOverError {
        UnknownPerson => |words| Fault::member("to", words),
        Already => fault::state,
    }
    AnswerHandoverError { NotAsked => fault::state }
}
