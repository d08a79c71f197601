//! What a form of ours sent: parsed strictly and proved to come from our page. There is no other way to read a post.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpRequest};
use narthex_http::form::FormError;
use narthex_http::{Params, StrictForm, csrf};

/// The fields of a post whose CSRF token and origin were right.
#[derive(Debug, Clone)]
pub(crate) struct Posted(Params);

impl Posted {
    /// The text of a field that may come once; empty when it did not come.
    pub(crate) fn text(&self, name: &str) -> Result<String, FormError> {
        Ok(self.0.one(name)?.unwrap_or_default().to_owned())
    }

    /// Every value of a group of boxes.
    pub(crate) fn many<'a, 'n>(
        &'a self,
        name: &'n str,
    ) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        self.0.many(name)
    }

    /// All fields in order, to send them along with a second page.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.pairs().filter(|(name, _)| *name != csrf::FIELD)
    }
}

impl FromRequest for Posted {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let form = StrictForm::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let StrictForm(params) = form.await?;
            let token = params.one(csrf::FIELD).map_err(FormError::from)?;
            csrf::check(&request, token.unwrap_or_default())?;
            Ok(Self(params))
        })
    }
}
