//! The lines of the inventory as a file, in pieces as they are read: as CSV whose cells no spreadsheet takes for a
//! formula, or as JSON. All times are UTC and say so; nothing of it is kept by a cache.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use futures_util::stream;
use narthex_tenancy::StoreError;
use narthex_vocab::{Id, Timestamp, kind};
use serde::Serialize;

use super::Asked;
use crate::Approval;
use crate::store::inventory::{self, Line, Wanted};

/// The lines of one piece.
const PIECE: i64 = 500;

/// In which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Csv,
    Json,
}

impl Form {
    /// The form of a path.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    const fn media(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Json => "application/json",
        }
    }
}

/// Whose lines.
#[derive(Debug, Clone)]
pub(crate) enum Whose {
    /// All tenants', read as staff.
    Everybodys,
    /// One tenant's.
    Tenants(Id<kind::Tenant>, String),
}

/// One line of a file.
#[derive(Serialize)]
struct Cells {
    tenant: String,
    integration_id: String,
    integration: String,
    run_by: &'static str,
    answers_for_it: String,
    is_there: bool,
    environment: String,
    client_id: String,
    state: String,
    since: String,
    approval_ends: String,
    credentials: i64,
    oldest_credential: String,
    last_used: String,
    scopes: String,
    tools: i64,
}

const HEAD: &str = "tenant,integration_id,integration,run_by,answers_for_it,is_there,environment,client_id,state,since (UTC),approval_ends (UTC),credentials,oldest_credential (UTC),last_used (UTC),scopes,tools\r\n";

/// Where a file has come to.
struct Progress {
    approval: Data<Approval>,
    whose: Whose,
    wanted: Wanted,
    form: Form,
    begun: bool,
    over: bool,
}

/// The file.
pub(crate) fn file(
    approval: Data<Approval>,
    whose: Whose,
    (asked, form): (&Asked, Form),
    now: Timestamp,
) -> HttpResponse {
    let slug = match &whose {
        Whose::Everybodys => "all-tenants",
        Whose::Tenants(_, slug) => slug,
    };
    let place = asked.wanted().environment;
    let place = place.map_or_else(|| "both".to_owned(), |environment| environment.to_string());
    let day = now.format("%Y-%m-%d");
    let name = format!("{slug}_{place}_inventory_{day}.{}", form.as_str());
    let mut wanted = asked.wanted().clone();
    wanted.after = None;
    let progress = Progress {
        approval,
        whose,
        wanted,
        form,
        begun: false,
        over: false,
    };
    HttpResponse::Ok()
        .content_type(form.media())
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ))
        .streaming(stream::try_unfold(progress, piece))
}

/// The next piece; a file that cannot be read to its end breaks off, and is not taken for a whole one.
async fn piece(mut at: Progress) -> Result<Option<(Bytes, Progress)>, actix_web::Error> {
    if at.over {
        return Ok(None);
    }
    let lines = read(&at).await.map_err(|error| {
        tracing::warn!(%error, "an export broke off");
        actix_web::error::ErrorInternalServerError("the export broke off")
    })?;
    let full = i64::try_from(lines.len()).is_ok_and(|count| count == PIECE);
    at.over = !full;
    at.wanted.after = lines.last().map(|last| last.place(at.wanted.order));
    let text = match at.form {
        Form::Csv => csv(&lines, at.begun),
        Form::Json => json(&lines, (at.begun, at.over))?,
    };
    at.begun = true;
    Ok(Some((Bytes::from(text), at)))
}

async fn read(at: &Progress) -> Result<Vec<Line>, StoreError> {
    let (approval, wanted) = (&at.approval, &at.wanted);
    match &at.whose {
        Whose::Everybodys => {
            let staff = &approval.staff;
            staff
                .platform(async |tx| inventory::list(tx, wanted, PIECE).await)
                .await
        }
        Whose::Tenants(tenant, _) => {
            let database = &approval.database;
            database
                .tenant(*tenant, async |tx| inventory::list(tx, wanted, PIECE).await)
                .await
        }
    }
}

fn cells(line: &Line) -> Cells {
    let utc = |at: Timestamp| at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let client = line.client.as_ref();
    let of = |read: &dyn Fn(&inventory::Client) -> String| client.map_or_else(String::new, read);
    Cells {
        tenant: line.slug.clone(),
        integration_id: line.integration.to_string(),
        integration: line.name.clone(),
        run_by: line.operator.as_str(),
        answers_for_it: line.sponsor.clone().unwrap_or_default(),
        is_there: line.answered,
        environment: of(&|client| client.environment.to_string()),
        client_id: of(&|client| client.id.to_string()),
        state: of(&|client| client.state.as_str().to_owned()),
        since: utc(line.since),
        approval_ends: of(&|client| utc(client.ends)),
        credentials: client.map_or(0, |client| client.live),
        oldest_credential: of(&|client| client.oldest.map_or_else(String::new, utc)),
        last_used: of(&|client| client.used.map_or_else(String::new, utc)),
        scopes: of(&|client| client.scopes.clone()),
        tools: client.map_or(0, |client| client.tools),
    }
}

fn csv(lines: &[Line], begun: bool) -> String {
    let mut text = if begun {
        String::new()
    } else {
        HEAD.to_owned()
    };
    for line in lines {
        let cells = cells(line);
        let all = [
            cell(&cells.tenant),
            cell(&cells.integration_id),
            cell(&cells.integration),
            cell(cells.run_by),
            cell(&cells.answers_for_it),
            cells.is_there.to_string(),
            cell(&cells.environment),
            cell(&cells.client_id),
            cell(&cells.state),
            cell(&cells.since),
            cell(&cells.approval_ends),
            cells.credentials.to_string(),
            cell(&cells.oldest_credential),
            cell(&cells.last_used),
            cell(&cells.scopes),
            cells.tools.to_string(),
        ];
        text.push_str(&all.join(","));
        text.push_str("\r\n");
    }
    text
}

/// A cell of RFC 4180, quoted. What a spreadsheet would take for a formula begins with an apostrophe instead.
fn cell(text: &str) -> String {
    let formula =
        text.trim_start().starts_with(['=', '+', '-', '@']) || text.starts_with(['\t', '\r']);
    let guard = if formula { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

fn json(lines: &[Line], (begun, over): (bool, bool)) -> Result<String, serde_json::Error> {
    let mut text = String::from(if begun { "" } else { "[\n" });
    for (index, line) in lines.iter().enumerate() {
        if begun || index > 0 {
            text.push_str(",\n");
        }
        text.push_str(&serde_json::to_string(&cells(line))?);
    }
    if over {
        text.push_str("\n]\n");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn no_cell_is_a_formula() {
        for (text, written) in [
            ("Partner", "\"Partner\""),
            ("=1+1", "\"'=1+1\""),
            ("+41", "\"'+41\""),
            ("-2", "\"'-2\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            (" =cmd|' /C calc'!A0", "\"' =cmd|' /C calc'!A0\""),
            ("\t=1", "\"'\t=1\""),
            ("say \"x\", y", "\"say \"\"x\"\", y\""),
        ] {
            assert_eq!(cell(text), written, "{text}");
        }
    }
}
