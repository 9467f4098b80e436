//! `/api/openapi.json`: the API describes itself, from the route table and the handlers' own types.
//!
//! Spec: OpenAPI 3.1.1, JSON Schema 2020-12.

use std::sync::LazyLock;

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::endpoint::Draft;
use super::types::Problem;
use crate::routes::Access;

/// What the document says of a route beside what its handler's signature says.
pub(crate) struct About {
    /// One line.
    pub summary: &'static str,
    /// Statuses of refusals beyond those that follow from the route's shape.
    pub refusals: &'static [u16],
    /// Names the operation: `invites_list`.
    pub id: String,
    /// Asks the handler's signature.
    pub describe: fn(&mut Draft<'_>),
}

/// The document as it is served and kept with the guides.
pub fn document() -> String {
    let mut generator = SchemaSettings::openapi3().with(|s| s.meta_schema = None).into_generator();
    let problem = generator.subschema_for::<Problem>();
    let mut paths: Map<String, Value> = Map::new();
    for route in crate::routes::all() {
        let Some(about) = &route.about else { continue };
        let said = operation(&mut generator, &route.method, route.path, route.access, about);
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.as_str().to_ascii_lowercase()] = said;
    }
    let refusal = |status: u16| {
        let name = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Refused");
        let said = json!({ "description": name, "content": { "application/problem+json": { "schema": problem } } });
        (status.to_string(), said)
    };
    let refusals: Map<String, Value> = REFUSALS.iter().copied().map(refusal).collect();
    let schemas: Map<String, Value> = generator.take_definitions(true);
    let text = json!({
        "openapi": "3.1.1",
        "info": {
            "title": "Parlour",
            "version": "1",
            "description": ABOUT,
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/", "description": "The public_url of each host" }],
        "security": [{ "key": [] }],
        "paths": paths,
        "components": {
            "responses": refusals,
            "schemas": schemas,
            "securitySchemes": {
                "key": { "type": "http", "scheme": "bearer", "description": "A key: parlour key create HOST" },
            },
        },
    });
    serde_json::to_string_pretty(&text).unwrap_or_default()
}

/// `GET /api/openapi.json`.
pub(crate) async fn serve() -> Response {
    static TEXT: LazyLock<String> = LazyLock::new(document);
    let kind = HeaderValue::from_static("application/json");
    (StatusCode::OK, [(CONTENT_TYPE, kind)], TEXT.as_str()).into_response()
}

fn operation(generator: &mut SchemaGenerator, method: &Method, path: &str, access: Access, about: &About) -> Value {
    let mut draft = Draft { generator, query: None, body: None, once: false, reply: (StatusCode::OK, None) };
    (about.describe)(&mut draft);
    let Draft { query, body, once, reply, .. } = draft;
    let mut parameters = holes(path);
    parameters.extend(query.iter().flat_map(fields));
    if once {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "Done once within a day, however often it is sent with this key.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" },
        }));
    }
    let mut statuses = vec![400, 401, 403, 421, 429, 503];
    let writes = *method != Method::GET;
    if path.contains('{') {
        statuses.push(404);
    }
    if writes {
        statuses.extend([408, 413, 507]);
    }
    if body.is_some() {
        statuses.push(415);
    }
    if once {
        statuses.push(422);
    }
    statuses.extend(about.refusals);
    statuses.sort_unstable();
    statuses.dedup();
    let mut responses = Map::new();
    let (status, shape) = reply;
    let good = match shape {
        Some(shape) => json!({ "description": "Done.", "content": { "application/json": { "schema": shape } } }),
        None => json!({ "description": "Done." }),
    };
    responses.insert(status.as_str().to_owned(), good);
    for status in statuses {
        responses.insert(status.to_string(), json!({ "$ref": format!("#/components/responses/{status}") }));
    }
    let mut said = json!({
        "operationId": about.id,
        "summary": about.summary,
        "tags": [about.id.split('_').next().unwrap_or_default()],
        "parameters": parameters,
        "responses": responses,
    });
    said["description"] = match access {
        Access::Api(scope) => json!(format!("Scope `{}`.", scope.as_str())),
        _ => json!("For whoever reaches the server's own socket; no key opens it."),
    };
    if let Some(body) = body {
        said["requestBody"] = json!({ "required": true, "content": { "application/json": { "schema": body } } });
    }
    said
}

/// The holes of a path, as parameters.
fn holes(path: &str) -> Vec<Value> {
    path.split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            let about = match name {
                "host" => "A domain served here.",
                "name" => "A local name: the part before the @.",
                "group" => "A group's name.",
                _ => "A public id; for an invite, its token is taken too.",
            };
            json!({ "name": name, "in": "path", "required": true, "description": about,
                    "schema": { "type": "string", "minLength": 1 } })
        })
        .collect()
}

/// The fields of a query, as parameters.
fn fields(query: &Schema) -> Vec<Value> {
    let Some(Value::Object(properties)) = query.get("properties") else { return Vec::new() };
    let one = |(name, schema): (&String, &Value)| {
        let mut schema = schema.clone();
        let about = schema.as_object_mut().and_then(|s| s.remove("description"));
        json!({ "name": name, "in": "query", "required": false, "description": about, "schema": bare(schema) })
    };
    properties.iter().map(one).collect()
}

/// A query has no null: what is absent is absent.
fn bare(mut schema: Value) -> Value {
    if let Some(Value::Array(kinds)) = schema.get("type")
        && let Some(kind) = kinds.iter().find(|kind| *kind != "null").cloned()
    {
        schema["type"] = kind;
    }
    if let Some(object) = schema.as_object_mut() {
        object.remove("nullable");
    }
    schema
}

/// Every status that some call refuses with.
const REFUSALS: &[u16] = &[400, 401, 403, 404, 408, 409, 410, 413, 415, 421, 422, 429, 501, 503, 507];

const ABOUT: &str = "Everything the console can do, for programs. Show a key as `Authorization: Bearer KEY`, over https. \
What is refused is answered as `application/problem+json` (RFC 9457) with a stable `code`; the codes are listed at \
/api/problems. Lists are cut into pages: send `next` of one as `cursor` of the next. A POST with an `Idempotency-Key` is \
done once within a day, however often it is sent.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_of_the_api_is_described() {
        let text: Value = serde_json::from_str(&document()).expect("json");
        let mut ids = std::collections::BTreeSet::new();
        for route in crate::routes::all() {
            if !route.path.starts_with("/api/v1") {
                assert!(route.about.is_none(), "{route:?}");
                continue;
            }
            let said = &text["paths"][route.path][route.method.as_str().to_ascii_lowercase()];
            assert!(said["summary"].as_str().is_some_and(|s| s.ends_with('.')), "{route:?} is not described");
            assert!(ids.insert(said["operationId"].to_string()), "{said}");
        }
        // Every reference leads somewhere.
        let whole = text.to_string();
        for part in whole.split("\"#/components/").skip(1) {
            let (kind, name) = part.split('"').next().and_then(|path| path.split_once('/')).expect("a reference");
            assert!(text["components"][kind].get(name).is_some(), "{kind} {name}");
        }
    }
}
