//! Names that people trust, with the hosts they really live at; and the form that keeps the list. It finds nothing by
//! itself: screening does.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::page::{ErrorSummary, Field, Shell};
use narthex_tenancy::ambient;
use narthex_tenancy::permission::{Action, Permit};
use narthex_vocab::{Brand, HostPattern, Label, PLATFORM_TENANT};

use super::banner::Done;
use super::frame::{self, Area};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::{Look, Seen, StaffSignedIn};
use super::words;
use crate::brand::{EditBrandError, ForgetBrand, KeepBrand, forget_brand, keep_brand};
use crate::store;

#[derive(Template)]
#[template(path = "dashboard/brands.html")]
struct BrandsPage {
    shell: Shell,
    errors: ErrorSummary,
    rows: Vec<Row>,
    range: String,
    fields: Option<[Field; 2]>,
    /// The form is about a name that is on the list.
    known: bool,
    who_may: String,
}

struct Row {
    name: String,
    href: String,
    hosts: Vec<String>,
}

/// What somebody typed.
#[derive(Debug, Default)]
struct Typed {
    name: String,
    hosts: String,
}

/// `GET /brands`
pub(crate) async fn page(
    staff: StaffSignedIn,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let seen = look(&staff).await?;
    let wanted = query.one("name").ok().flatten().unwrap_or_default();
    let chosen = seen
        .found
        .iter()
        .find(|brand| brand.name.as_str() == wanted);
    let typed = chosen.map(Typed::of).unwrap_or_default();
    let mut page = view(&staff, &seen, &typed, &Problems::default());
    page.shell = page.shell.banner(Done::told(&query));
    Ok(frame::page(&page))
}

/// `POST /brands`
pub(crate) async fn submit(staff: StaffSignedIn, posted: Posted) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::EditBrands)?;
    let typed = Typed {
        name: posted.text("name")?,
        hosts: posted.text("hosts")?,
    };
    let remove = posted.text("step")? == "remove";
    let mut problems = Problems::default();
    let done = match (typed.read(&mut problems), remove) {
        (Some(brand), true) => forget(&staff, &permit, brand.name).await,
        (Some(brand), false) => keep(&staff, &permit, brand).await,
        (None, _) => {
            let seen = look(&staff).await?;
            return Ok(frame::again(&view(&staff, &seen, &typed, &problems)));
        }
    };
    match done {
        Ok(done) => Ok(done.at(Area::Brands.path())),
        Err(EditBrandError::NotPermitted(error)) => Err(error.into()),
        Err(EditBrandError::Unknown) => Err(Refusal::NotFound),
        Err(EditBrandError::Store(error)) => Err(error.into()),
    }
}

async fn look(staff: &StaffSignedIn) -> Result<Seen<Vec<Brand>>, Refusal> {
    staff
        .look(Look::list(Area::Brands), async |tx| {
            store::brand::known(tx).await
        })
        .await
}

async fn keep(
    staff: &StaffSignedIn,
    permit: &Permit,
    brand: Brand,
) -> Result<Done, EditBrandError> {
    let mut rng = ambient::rng();
    let work = async |tx: &mut _| {
        keep_brand(tx, KeepBrand { brand }, &mut staff.acting(permit, &mut rng)).await
    };
    staff.within(PLATFORM_TENANT, work).await?;
    Ok(Done::BrandSaved)
}

async fn forget(
    staff: &StaffSignedIn,
    permit: &Permit,
    name: Label,
) -> Result<Done, EditBrandError> {
    let mut rng = ambient::rng();
    let work = async |tx: &mut _| {
        forget_brand(
            tx,
            ForgetBrand { name },
            &mut staff.acting(permit, &mut rng),
        )
        .await
    };
    staff.within(PLATFORM_TENANT, work).await?;
    Ok(Done::BrandRemoved)
}

impl Typed {
    fn of(brand: &Brand) -> Self {
        let hosts: Vec<_> = brand.hosts.iter().map(HostPattern::as_str).collect();
        Self {
            name: brand.name.to_string(),
            hosts: hosts.join("\n"),
        }
    }

    fn read(&self, problems: &mut Problems) -> Option<Brand> {
        let name = problems.keep("name", Label::parse(&self.name), |error| {
            format!("Enter the name: {error}")
        });
        let mut hosts = BTreeSet::new();
        let mut wrong = Vec::new();
        for (index, line) in self.hosts.lines().enumerate() {
            match line.trim() {
                "" => {}
                line => match HostPattern::parse(line) {
                    Ok(host) => {
                        hosts.insert(host);
                    }
                    Err(error) => wrong.push(format!("Line {}: {error}", index + 1)),
                },
            }
        }
        if hosts.is_empty() && wrong.is_empty() {
            wrong.push("Enter at least one host where the name really is".to_owned());
        }
        if hosts.len() > Brand::MOST_HOSTS {
            wrong.push(format!("Enter at most {} hosts", Brand::MOST_HOSTS));
        }
        if !wrong.is_empty() {
            problems.add("hosts", wrong.join(". "));
            return None;
        }
        Some(Brand { name: name?, hosts })
    }
}

fn view(
    staff: &StaffSignedIn,
    seen: &Seen<Vec<Brand>>,
    typed: &Typed,
    problems: &Problems,
) -> BrandsPage {
    let shell = staff.shell(Area::Brands, seen, Area::Brands.label());
    let fields = [
        Field::text("name", "Name")
            .hint("As people know it. Look-alike letters, case and spaces are seen through.")
            .value(typed.name.as_str()),
        Field::area("hosts", "Official hosts", 4)
            .hint("One a line: example.com is this host alone, *.example.com every host below it.")
            .mono()
            .value(typed.hosts.as_str()),
    ];
    let brands = &seen.found;
    BrandsPage {
        shell: shell.problem(!problems.is_empty()),
        errors: problems.summary(),
        rows: brands.iter().map(row).collect(),
        range: words::counted(brands.len(), "name", "names"),
        fields: staff
            .may(Action::EditBrands)
            .then(|| fields.map(|field| problems.beside(field))),
        known: brands.iter().any(|brand| brand.name.as_str() == typed.name),
        who_may: staff.who_may(Action::EditBrands),
    }
}

fn row(brand: &Brand) -> Row {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("name", brand.name.as_str())
        .finish();
    Row {
        name: brand.name.to_string(),
        href: format!("{}?{query}#name", Area::Brands.path()),
        hosts: brand.hosts.iter().map(ToString::to_string).collect(),
    }
}
