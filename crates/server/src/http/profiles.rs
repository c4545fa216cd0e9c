//! The markets that carts can be opened in.

use crate::app::App;
use axum::Json;
use axum::extract::State;
use kassa_commerce::address::CountryCode;
use kassa_commerce::catalogue::Profile;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProfileView {
    profile_key: String,
    channel_key: String,
    currency_code: &'static str,
    tax_included: bool,
    default_country_code: CountryCode,
    allowed_countries: Vec<CountryCode>,
}

impl ProfileView {
    fn new(profile: &Profile) -> Self {
        Self {
            profile_key: profile.key.clone(),
            channel_key: profile.channel_key.clone(),
            currency_code: profile.currency.code(),
            tax_included: profile.tax_included,
            default_country_code: profile.default_country.clone(),
            allowed_countries: profile.allowed_countries.clone(),
        }
    }
}

pub(super) async fn list(State(app): State<App>) -> Json<Vec<ProfileView>> {
    Json(app.catalogue.profiles().map(ProfileView::new).collect())
}
