//! Where the links of mails lead: to the article of an alert.

use axum::extract::{Path, State};
use axum::response::Redirect;
use model::AlertId;
use store::Reading;

use crate::App;
use crate::error::PageError;
use crate::face::Face;

pub(crate) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    face: Face,
) -> Result<Redirect, PageError> {
    let id = id.parse().map(AlertId).map_err(|_| face.missing("no_alert"))?;
    let article = app.store.article_of_alert(id).await.map_err(|error| face.failed(&error))?;
    let article = article.ok_or_else(|| face.missing("no_alert"))?;
    Ok(Redirect::to(&face.to(&format!("/articles/{article}"))))
}
