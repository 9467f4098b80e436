//! The directory's addresses, over HTTP.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as B64;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::{Account, Authorization, Hostile, Look, Order, Shared, jws, looks};

type Answer = Response<Full<Bytes>>;

/// What a request is told that is refused: status, type, detail.
struct No(u16, &'static str, String);

pub(super) async fn accept(shared: Arc<Shared>, listener: TcpListener, secure: Option<TlsAcceptor>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((socket, _)) = accepted else { return };
                shared.lock().connections += 1;
                let (shared, secure) = (Arc::clone(&shared), secure.clone());
                connections.spawn(async move {
                    match secure {
                        None => connection(shared, socket).await,
                        Some(secure) => {
                            // Whoever does not trust us goes.
                            if let Ok(stream) = secure.accept(socket).await {
                                connection(shared, stream).await;
                            }
                        }
                    }
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(shared: Arc<Shared>, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
    let hostile = shared.lock().mood.hostile.clone();
    if let Some(hostile) = hostile {
        shared.lock().requests += 1;
        shared.happened.notify_waiters();
        return be_hostile(stream, hostile).await;
    }
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move {
            let answer = answer(&shared, request).await;
            shared.happened.notify_waiters();
            Ok::<_, Infallible>(answer)
        }
    });
    // Whoever hangs up is gone.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// Until the other side has had enough.
async fn be_hostile(mut stream: impl AsyncRead + AsyncWrite + Unpin, how: Hostile) {
    let mut head = [0; 4096];
    let _ = stream.read(&mut head).await;
    let block = vec![b'x'; 16 * 1024];
    let (start, more) = match how {
        Hostile::Silent => (String::new(), None),
        Hostile::EndlessHead => ("HTTP/1.1 200 OK\r\nX-Filler: ".into(), Some(usize::MAX)),
        Hostile::EndlessBody => ("HTTP/1.1 200 OK\r\n\r\n".into(), Some(usize::MAX)),
        Hostile::Huge(bytes) => (format!("HTTP/1.1 200 OK\r\nContent-Length: {bytes}\r\n\r\n"), Some(bytes)),
        Hostile::Redirect(to) => {
            (format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"), Some(0))
        }
        Hostile::Page => {
            let page = "<h1>It works!</h1>";
            (format!("HTTP/1.1 404 Not Found\r\nContent-Length: {}\r\n\r\n{page}", page.len()), Some(0))
        }
        Hostile::Garbage => ("SSH-2.0-something\r\n".into(), Some(0)),
    };
    if stream.write_all(start.as_bytes()).await.is_err() {
        return;
    }
    let Some(mut more) = more else {
        // Silent until the other side goes.
        let _ = stream.read(&mut head).await;
        return;
    };
    while more > 0 {
        let some = block.get(..more).unwrap_or(&block);
        if stream.write_all(some).await.is_err() {
            return;
        }
        more -= some.len();
    }
    let _ = stream.shutdown().await;
}

async fn answer(shared: &Shared, request: Request<Incoming>) -> Answer {
    shared.lock().requests += 1;
    let path = request.uri().path().to_owned();
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let plain = match (request.method(), parts.as_slice()) {
        (&Method::GET, ["dir"]) => Some(Ok(directory(shared))),
        (&Method::GET | &Method::HEAD, ["nonce"]) => Some(Ok(empty(200))),
        (&Method::GET, ["renewal", id]) => Some(window(shared, id)),
        (&Method::POST, _) => None,
        _ => Some(Err(No(405, "malformed", "not so".into()))),
    };
    let answered = match plain {
        Some(answered) => answered,
        None => signed(shared, request, &path, &parts).await,
    };
    let mut answer = answered.unwrap_or_else(|no| problem(&no));
    let mut state = shared.lock();
    state.count += 1;
    let nonce = B64.encode(format!("nonce {}", state.count));
    state.nonces.insert(nonce.clone(), ());
    answer.headers_mut().insert("Replay-Nonce", nonce.parse().expect("a header"));
    answer
}

fn directory(shared: &Shared) -> Answer {
    let mood = shared.lock().mood.clone();
    let base = mood.elsewhere.as_deref().unwrap_or(&shared.base);
    let mut all = json!({
        "newNonce": format!("{base}/nonce"),
        "newAccount": format!("{base}/account"),
        "newOrder": format!("{base}/order"),
        "revokeCert": format!("{base}/revoke"),
        "keyChange": format!("{base}/change"),
        "meta": { "termsOfService": format!("{base}/terms"), "externalAccountRequired": mood.customer.is_some() },
    });
    if mood.window.is_some() {
        all["renewalInfo"] = format!("{base}/renewal").into();
    }
    reply(200, &all)
}

fn window(shared: &Shared, id: &str) -> Result<Answer, No> {
    let mut state = shared.lock();
    state.asked_when += 1;
    let (start, end) = state.mood.window.ok_or(No(404, "malformed", "no such thing".into()))?;
    let fine = id.split_once('.').is_some_and(|(key, serial)| B64.decode(key).is_ok() && B64.decode(serial).is_ok());
    if !fine {
        return Err(No(404, "malformed", format!("no certificate {id}")));
    }
    let text = |at: std::time::SystemTime| {
        let seconds = at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        Timestamp::from_second(i64::try_from(seconds).unwrap_or(0)).unwrap_or_default().to_string()
    };
    let mut answer = reply(200, &json!({ "suggestedWindow": { "start": text(start), "end": text(end) } }));
    answer.headers_mut().insert("Retry-After", "21600".parse().expect("a header"));
    Ok(answer)
}

async fn signed(shared: &Shared, request: Request<Incoming>, path: &str, parts: &[&str]) -> Result<Answer, No> {
    if request.headers().get("content-type").is_none_or(|kind| kind != "application/jose+json") {
        return Err(No(415, "malformed", "not application/jose+json".into()));
    }
    let malformed = |says: String| No(400, "malformed", says);
    let body = request.into_body().collect().await.map_err(|error| malformed(error.to_string()))?.to_bytes();
    let url = format!("{}{path}", shared.base);
    let signed = {
        let mut state = shared.lock();
        let key_of = |kid: &str| {
            let number: usize = kid.strip_prefix(&format!("{}/account/", shared.base))?.parse().ok()?;
            state.accounts.get(number).map(|account| account.key.clone()).filter(|key| !key.is_empty())
        };
        let signed = jws::verify(&body, &url, key_of).map_err(|says| match says.as_str() {
            "no such account" => No(400, "accountDoesNotExist", says),
            _ => malformed(says),
        })?;
        let fresh = state.nonces.remove(&signed.nonce).is_some();
        if !fresh || state.mood.bad_nonces > 0 {
            state.mood.bad_nonces = state.mood.bad_nonces.saturating_sub(1);
            return Err(No(400, "badNonce", "that nonce is not good".into()));
        }
        signed
    };
    if parts == ["account"] {
        let key = signed.key.ok_or_else(|| malformed("an account needs its key".into()))?;
        return new_account(shared, &url, key, &signed.payload);
    }
    let account: usize = signed
        .account
        .as_deref()
        .and_then(|kid| kid.rsplit('/').next()?.parse().ok())
        .ok_or_else(|| malformed("signed by nobody".into()))?;
    let number = |text: &str| text.parse::<usize>().map_err(|_| malformed(format!("no number: {text}")));
    match parts {
        ["order"] => new_order(shared, account, &signed.payload),
        ["account", id] => change_account(shared, account, number(id)?, &signed.payload),
        ["order", id] => order(shared, account, number(id)?),
        ["authorization", id] => authorization(shared, account, number(id)?),
        ["challenge", id, way] => challenge(shared, account, number(id)?, way).await,
        ["finalize", id] => finalize(shared, account, number(id)?, &signed.payload),
        ["certificate", id] => certificate(shared, account, number(id)?),
        _ => Err(No(404, "malformed", format!("nothing at {path}"))),
    }
}

fn new_account(shared: &Shared, url: &str, key: Vec<u8>, payload: &Value) -> Result<Answer, No> {
    let mut state = shared.lock();
    if payload["termsOfServiceAgreed"] != true {
        return Err(No(403, "userActionRequired", "agree to the terms".into()));
    }
    if let Some(customer) = &state.mood.customer
        && !jws::is_customer(&payload["externalAccountBinding"], url, &key, customer)
    {
        return Err(No(403, "externalAccountRequired", "who are you?".into()));
    }
    let known = state.accounts.iter().position(|account| account.key == key);
    let number = known.unwrap_or_else(|| {
        let thumb = jws::thumb(&key);
        state.accounts.push(Account { key, thumb, contact: texts(&payload["contact"]) });
        state.accounts.len() - 1
    });
    let mut answer = reply(if known.is_some() { 200 } else { 201 }, &json!({ "status": "valid" }));
    locate(&mut answer, format!("{}/account/{number}", shared.base));
    Ok(answer)
}

fn change_account(shared: &Shared, account: usize, number: usize, payload: &Value) -> Result<Answer, No> {
    if account != number {
        return Err(No(401, "unauthorized", "another's account".into()));
    }
    let mut state = shared.lock();
    if let (Some(found), Value::Array(_)) = (state.accounts.get_mut(number), &payload["contact"]) {
        found.contact = texts(&payload["contact"]);
    }
    Ok(reply(200, &json!({ "status": "valid" })))
}

fn new_order(shared: &Shared, account: usize, payload: &Value) -> Result<Answer, No> {
    let mut state = shared.lock();
    if let Some((status, kind, detail, retry)) = state.mood.refuses.clone() {
        let mut answer = problem(&No(status, kind, detail));
        if let Some(seconds) = retry {
            answer.headers_mut().insert("Retry-After", seconds.to_string().parse().expect("a header"));
        }
        return Ok(answer);
    }
    let mut names = Vec::new();
    for identifier in payload["identifiers"].as_array().into_iter().flatten() {
        match (identifier["type"].as_str(), identifier["value"].as_str()) {
            (Some("dns"), Some(name)) if name.contains('.') && name.is_ascii() => names.push(name.to_owned()),
            _ => return Err(No(400, "rejectedIdentifier", format!("not for {identifier}"))),
        }
    }
    if names.is_empty() {
        return Err(No(400, "malformed", "an order for nothing".into()));
    }
    let replaces = payload["replaces"].as_str().map(str::to_owned);
    if let Some(id) = &replaces {
        if state.mood.window.is_none() {
            return Err(No(400, "malformed", "no renewal information here".into()));
        }
        if state.replaced.contains(id) {
            return Err(No(409, "alreadyReplaced", format!("{id} was replaced")));
        }
    }
    let authorizations = names
        .iter()
        .map(|name| {
            state.count += 1;
            let token = B64.encode(digest::digest(&digest::SHA256, format!("token {}", state.count).as_bytes()));
            let name = state.mood.authorizes.clone().unwrap_or_else(|| name.clone());
            state.authorizations.push(Authorization { account, name, token, state: Look::Pending, way: None });
            state.authorizations.len() - 1
        })
        .collect();
    let polls = state.mood.polls;
    state.orders.push(Order { account, names, authorizations, replaces, chain: None, polls });
    let number = state.orders.len() - 1;
    let mut answer = reply(201, &shown(shared, &mut state, number, false));
    locate(&mut answer, format!("{}/order/{number}", shared.base));
    if state.mood.forgets_orders {
        state.orders[number].account = usize::MAX;
    }
    Ok(answer)
}

/// An order as it is shown; asking for it brings it a step on.
fn shown(shared: &Shared, state: &mut super::State, number: usize, step: bool) -> Value {
    let looks: Vec<Look> =
        state.orders[number].authorizations.iter().map(|id| state.authorizations[*id].state.clone()).collect();
    let order = &mut state.orders[number];
    let all_found = looks.iter().all(|look| *look == Look::Found);
    let failed = looks.iter().any(|look| matches!(look, Look::Failed(..)));
    let settled = all_found || failed;
    let status = match (&order.chain, settled) {
        (Some(_), _) if order.polls > 0 => "processing",
        (Some(_), _) => "valid",
        (None, true) if order.polls > 0 => "pending",
        (None, true) if failed => "invalid",
        (None, true) => "ready",
        (None, false) => "pending",
    };
    if step && (settled || order.chain.is_some()) {
        order.polls = order.polls.saturating_sub(1);
    }
    let base = &shared.base;
    let mut all = json!({
        "status": status,
        "identifiers": order.names.iter().map(|name| json!({ "type": "dns", "value": name })).collect::<Vec<_>>(),
        "authorizations": order.authorizations.iter().map(|id| format!("{base}/authorization/{id}")).collect::<Vec<_>>(),
        "finalize": format!("{base}/finalize/{number}"),
    });
    if let Some(id) = &order.replaces {
        all["replaces"] = id.as_str().into();
    }
    if status == "valid" {
        all["certificate"] = format!("{base}/certificate/{number}").into();
    }
    all
}

fn order(shared: &Shared, account: usize, number: usize) -> Result<Answer, No> {
    let mut state = shared.lock();
    own(state.orders.get(number).map(|order| order.account), account)?;
    Ok(reply(200, &shown(shared, &mut state, number, true)))
}

fn authorization(shared: &Shared, account: usize, number: usize) -> Result<Answer, No> {
    let state = shared.lock();
    own(state.authorizations.get(number).map(|found| found.account), account)?;
    let Authorization { name, token, state: look, way, .. } = &state.authorizations[number];
    let status = match look {
        Look::Pending | Look::Processing => "pending",
        Look::Found => "valid",
        Look::Failed(..) => "invalid",
    };
    let challenges: Vec<Value> = ["http-01", "dns-01", "tls-alpn-01"]
        .iter()
        .map(|kind| {
            let mut one = json!({
                "type": kind, "url": format!("{}/challenge/{number}/{kind}", shared.base), "token": token,
                "status": "pending",
            });
            if Some(*kind) == *way {
                one["status"] = match look {
                    Look::Pending => "pending",
                    Look::Processing => "processing",
                    Look::Found => "valid",
                    Look::Failed(..) => "invalid",
                }
                .into();
                if let Look::Failed(kind, detail) = look {
                    one["error"] = json!({
                        "type": format!("urn:ietf:params:acme:error:{kind}"), "detail": detail, "status": 400,
                    });
                }
            }
            one
        })
        .collect();
    let identifier = json!({ "type": "dns", "value": name });
    Ok(reply(200, &json!({ "status": status, "identifier": identifier, "challenges": challenges })))
}

async fn challenge(shared: &Shared, account: usize, number: usize, way: &str) -> Result<Answer, No> {
    let (name, token, expected, doors, forbidden) = {
        let mut state = shared.lock();
        own(state.authorizations.get(number).map(|found| found.account), account)?;
        let thumb = state.accounts[account].thumb.clone();
        let doors = state.doors;
        let found = &mut state.authorizations[number];
        if found.state != Look::Pending {
            return Err(No(400, "malformed", "looked at already".into()));
        }
        found.state = Look::Processing;
        found.way = ["http-01", "tls-alpn-01"].into_iter().find(|known| *known == way);
        let (name, token) = (found.name.clone(), found.token.clone());
        let forbidden = state.mood.caa.contains(&name);
        let expected = format!("{token}.{thumb}");
        (name, token, expected, doors, forbidden)
    };
    let looked = match way {
        _ if forbidden => Err(("caa", format!("the CAA record for {name} prevents issuance"))),
        "http-01" => looks::http(doors.http, &name, &token, &expected).await,
        "tls-alpn-01" => looks::tls(doors.tls, &name, &expected).await,
        other => Err(("malformed", format!("not by {other}"))),
    };
    let mut state = shared.lock();
    state.authorizations[number].state = match looked {
        Ok(()) => Look::Found,
        Err((kind, detail)) => Look::Failed(kind, detail),
    };
    // What was found shows when it is asked for.
    let url = format!("{}/challenge/{number}/{way}", shared.base);
    Ok(reply(200, &json!({ "type": way, "url": url, "token": token, "status": "processing" })))
}

fn finalize(shared: &Shared, account: usize, number: usize, payload: &Value) -> Result<Answer, No> {
    let mut state = shared.lock();
    own(state.orders.get(number).map(|order| order.account), account)?;
    if shown(shared, &mut state, number, false)["status"] != "ready" {
        return Err(No(403, "orderNotReady", "not ready".into()));
    }
    let csr = payload["csr"].as_str().and_then(|text| jws::bytes(text).ok());
    let csr = csr.ok_or_else(|| No(400, "malformed", "no request".into()))?;
    state.count += 1;
    let (mood, serial) = (state.mood.clone(), state.count);
    let order = &mut state.orders[number];
    let when = ((shared.clock)(), mood.life, serial);
    let chain = shared.authority.sign(&csr, &order.names, mood.signs_for.as_deref(), when);
    order.chain = Some(chain.map_err(|says| No(400, "badCSR", says))?);
    order.polls = mood.polls;
    let (names, replaces) = (order.names.clone(), order.replaces.clone());
    state.signed.push(names);
    state.replaced.extend(replaces);
    Ok(reply(200, &shown(shared, &mut state, number, false)))
}

fn certificate(shared: &Shared, account: usize, number: usize) -> Result<Answer, No> {
    let state = shared.lock();
    own(state.orders.get(number).map(|order| order.account), account)?;
    let chain = state.orders[number].chain.clone().ok_or(No(403, "orderNotReady", "not signed".into()))?;
    let answer = Response::builder().header("Content-Type", "application/pem-certificate-chain");
    Ok(answer.body(Full::new(chain.into())).expect("a response"))
}

fn own(of: Option<usize>, account: usize) -> Result<(), No> {
    match of {
        Some(of) if of == account => Ok(()),
        Some(_) => Err(No(403, "unauthorized", "another's".into())),
        None => Err(No(404, "malformed", "no such thing".into())),
    }
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

fn reply(status: u16, body: &Value) -> Answer {
    let answer = Response::builder().status(status).header("Content-Type", "application/json");
    answer.body(Full::new(body.to_string().into())).expect("a response")
}

fn empty(status: u16) -> Answer {
    Response::builder().status(status).body(Full::default()).expect("a response")
}

fn problem(No(status, kind, detail): &No) -> Answer {
    let mut answer = reply(
        *status,
        &json!({ "type": format!("urn:ietf:params:acme:error:{kind}"), "detail": detail, "status": status }),
    );
    answer.headers_mut().insert("Content-Type", "application/problem+json".parse().expect("a header"));
    answer
}

fn locate(answer: &mut Answer, url: String) {
    answer.headers_mut().insert("Location", url.parse().expect("a header"));
}
