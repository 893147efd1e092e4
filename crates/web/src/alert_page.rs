//! Where the links of mails lead: to the article of an alert.

use axum::extract::{Path, State};
use axum::response::Redirect;
use model::AlertId;
use store::Reading;

use crate::App;
use crate::error::PageError;

pub(crate) async fn show(State(app): State<App>, Path(id): Path<i64>) -> Result<Redirect, PageError> {
    let article = app.store.article_of_alert(AlertId(id)).await.map_err(|error| PageError::failed(&error))?;
    let article = article.ok_or(PageError::NotFound("There is no alert of that number in this house."))?;
    Ok(Redirect::to(&format!("/articles/{article}")))
}
