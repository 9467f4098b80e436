//! docs/reference/openapi.json, as the server gives it at `/api/openapi.json`.

use super::up_to_date;

#[test]
fn the_description_of_the_api_is_what_the_routes_say() {
    up_to_date("docs/reference/openapi.json", &(parlour_web::api::openapi::document() + "\n"));
}
