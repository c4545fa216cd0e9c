//! The markets that carts can be opened in.

use crate::app::App;
use axum::Json;
use axum::extract::State;
use kassa_commerce::address::CountryCode;
use kassa_commerce::catalogue::Profile;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
#[schema(as = CartProfile)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProfileView {
    profile_key: String,
    channel_key: String,
    /// ISO 4217.
    currency_code: &'static str,
    /// Whether prices and totals of its carts include tax.
    tax_included: bool,
    /// ISO 3166-1, two letters.
    #[schema(value_type = String)]
    default_country_code: CountryCode,
    #[schema(value_type = Vec<String>)]
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

#[utoipa::path(
    get, path = "/ingress/commerce/cart-profiles", operation_id = "listCartProfiles", tag = "carts",
    summary = "List the markets that carts can be opened in", description = "",
    responses((status = 200, description = "All profiles, in the merchant's order.", body = Vec<ProfileView>)),
)]
pub(super) async fn list(State(app): State<App>) -> Json<Vec<ProfileView>> {
    Json(app.shop().profiles().map(ProfileView::new).collect())
}
