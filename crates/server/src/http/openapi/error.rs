//! Adds to each operation the errors that it can answer with, each with an example.

use super::example::named;
use super::known::{ALWAYS, Known, errors_of};
use super::operations;
use crate::http::error::ApiError;
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::openapi::example::Example;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder};

/// An error and what it means.
type Described = (ApiError, &'static str);

/// The examples that operations refer to. Most errors are the same wherever they come from.
type Shared = BTreeMap<String, RefOr<Example>>;

pub(super) fn add_to(document: &mut OpenApi) {
    let mut shared = Shared::new();
    for operation in operations(document) {
        let id = operation.operation_id.clone().unwrap_or_default();
        let errors = errors_of(&id).unwrap_or_else(|| panic!("the errors of `{id}` are not listed"));
        add_to_operation(operation, errors, &mut shared);
    }
    document
        .components
        .get_or_insert_default()
        .examples
        .extend(shared);
}

fn add_to_operation(operation: &mut Operation, errors: &[&[Known]], shared: &mut Shared) {
    let mut by_status: BTreeMap<u16, Vec<Described>> = BTreeMap::new();
    for (error, meaning) in errors.iter().copied().chain([ALWAYS]).flatten() {
        let error = error();
        let of_status = by_status.entry(error.status.as_u16()).or_default();
        of_status.push((error, meaning));
    }
    for (status, described) in by_status {
        let response = RefOr::T(response(&described, shared));
        operation.responses.responses.insert(status.to_string(), response);
    }
}

/// One schema for all; the codes are in the text for people, and in `x-codes` for programs.
fn response(described: &[Described], shared: &mut Shared) -> Response {
    let lines: Vec<_> = described
        .iter()
        .map(|(error, meaning)| format!("`{}`: {meaning}", error.code))
        .collect();
    let codes: Vec<_> = described.iter().map(|(error, _)| error.code).collect();
    let mut content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Error")));
    for (error, meaning) in described {
        content = content.examples_from_iter([(error.code, example(error, meaning, shared))]);
    }
    let response = ResponseBuilder::new()
        .description(lines.join("\n\n"))
        .content("application/json", content.build())
        .extensions(Some(ExtensionsBuilder::new().add("x-codes", codes).build()));
    match described.iter().find_map(|(error, _)| error.retry_after_seconds) {
        Some(seconds) => response.header("Retry-After", retry_after(seconds)).build(),
        None => response.build(),
    }
}

/// Where two errors have one code and other words, the second gets a number.
fn example(error: &ApiError, meaning: &str, shared: &mut Shared) -> RefOr<Example> {
    let body = serde_json::to_value(error.body()).expect("an error is JSON");
    let mut example = named(error.code, body);
    meaning.clone_into(&mut example.description);
    let example = RefOr::T(example);
    let names = (1..).map(|number| match number {
        1 => error.code.to_owned(),
        _ => format!("{}_{number}", error.code),
    });
    let mut free = names.skip_while(|name| shared.get(name).is_some_and(|other| *other != example));
    let name = free.next().expect("numbers do not end");
    let reference = Ref::new(format!("#/components/examples/{name}"));
    shared.insert(name, example);
    RefOr::Ref(reference)
}

fn retry_after(seconds: u32) -> Header {
    HeaderBuilder::new()
        .schema(Some(
            ObjectBuilder::new()
                .schema_type(Type::Integer)
                .examples([Value::from(seconds)]),
        ))
        .description(Some("After how many seconds it is worth trying again."))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    /// What a route of any kind can be answered with. The preface of the document tells about them.
    const EVERYWHERE: [&str; 2] = ["METHOD_NOT_ALLOWED", "ORIGIN_NOT_ALLOWED"];

    /// The string literals that look like codes, outside of tests.
    fn codes_in(source: &str) -> impl Iterator<Item = &str> {
        let source = source.split("#[cfg(test)]").next().unwrap_or_default();
        source.split('"').skip(1).step_by(2).filter(|text| {
            text.len() > 3 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
        })
    }

    fn codes_of_handlers(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("openapi") {
                codes_of_handlers(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let source = std::fs::read_to_string(&path).unwrap();
                found.extend(codes_in(&source).map(str::to_owned));
            }
        }
    }

    #[test]
    fn the_documented_codes_are_those_of_the_handlers() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut used = BTreeSet::new();
        codes_of_handlers(&source.join("http"), &mut used);
        used.extend(codes_in(&std::fs::read_to_string(source.join("http.rs")).unwrap()).map(str::to_owned));
        let mut document = crate::http::documented_routes().into_openapi();
        let listed = operations(&mut document).flat_map(|operation| {
            let errors = errors_of(operation.operation_id.as_deref().unwrap()).unwrap();
            errors.iter().copied().chain([ALWAYS]).flatten()
        });
        let listed = listed.map(|(error, _)| error().code.to_owned());
        let documented: BTreeSet<_> = listed.chain(EVERYWHERE.map(str::to_owned)).collect();
        assert_eq!(used, documented);
    }
}
