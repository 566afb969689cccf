//! An issuer that publishes the keys that a test tells it to: a real listener, and keys that sign.

use crate::app::{Actor, TestApp};
use crate::db::RUNTIME;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use domain::clock::Clock as _;
use infra::security::{ExternalIssuers, IssuerSettings};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rcgen::{KeyPair, RsaKeySize};
use serde_json::{Value, json};
use server::ServiceParts;
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// The audience of this service in tests.
pub(crate) const AUDIENCE: &str = "jan";

/// A key, and its published part.
pub(crate) struct SigningKey {
    pub(crate) id: &'static str,
    pub(crate) algorithm: Algorithm,
    pub(crate) encoding: EncodingKey,
    /// The published part of an Ed25519 key.
    point: Option<String>,
}

/// Making RSA keys takes long.
pub(crate) static RSA: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::rsa("one"));
pub(crate) static OTHER_RSA: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::rsa("two"));

impl SigningKey {
    fn rsa(id: &'static str) -> Self {
        let pair = KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        // The key itself is inside what says that it is one of RSA (RFC 5208).
        let encoding = EncodingKey::from_rsa_der(&pair.serialize_der()[26..]);
        Self {
            id,
            algorithm: Algorithm::RS256,
            encoding,
            point: None,
        }
    }

    pub(crate) fn of(id: &'static str, algorithm: Algorithm) -> Self {
        let kind = match algorithm {
            Algorithm::ES256 => &rcgen::PKCS_ECDSA_P256_SHA256,
            Algorithm::ES384 => &rcgen::PKCS_ECDSA_P384_SHA384,
            Algorithm::EdDSA => &rcgen::PKCS_ED25519,
            other => panic!("{other:?} keys are made otherwise"),
        };
        let pair = KeyPair::generate_for(kind).unwrap();
        let der = pair.serialize_der();
        let point = BASE64_URL_SAFE_NO_PAD.encode(pair.public_key_raw());
        let encoding = match algorithm {
            Algorithm::EdDSA => EncodingKey::from_ed_der(&der),
            _ => EncodingKey::from_ec_der(&der),
        };
        Self {
            id,
            algorithm,
            encoding,
            point: (algorithm == Algorithm::EdDSA).then_some(point),
        }
    }

    /// As issuers publish it.
    pub(crate) fn public(&self) -> Value {
        let mut key = match &self.point {
            Some(point) => json!({ "kty": "OKP", "crv": "Ed25519", "x": point }),
            None => {
                let key = Jwk::from_encoding_key(&self.encoding, self.algorithm).unwrap();
                serde_json::to_value(key).unwrap()
            }
        };
        key["kid"] = self.id.into();
        key["use"] = "sig".into();
        if self.algorithm == Algorithm::RS256 {
            // Any algorithm of the family.
            key.as_object_mut().unwrap().remove("alg");
        }
        key
    }

    pub(crate) fn header(&self) -> Header {
        let mut header = Header::new(self.algorithm);
        header.kid = Some(self.id.to_owned());
        header
    }

    pub(crate) fn sign(&self, header: &Header, claims: &Value) -> String {
        jsonwebtoken::encode(header, claims, &self.encoding).unwrap()
    }

    /// A token whose header and claims are as they are given, to the letter.
    pub(crate) fn sign_raw(&self, header: &str, claims: &str) -> String {
        let encode = |text| BASE64_URL_SAFE_NO_PAD.encode(text);
        let message = format!("{}.{}", encode(header), encode(claims));
        let signature =
            jsonwebtoken::crypto::sign(message.as_bytes(), &self.encoding, self.algorithm);
        format!("{message}.{}", signature.unwrap())
    }
}

/// The answers of an issuer that is asked for its keys.
#[derive(Clone)]
pub(crate) enum Play {
    Keys(Vec<Value>),
    /// These bytes, the head included.
    Bytes(Vec<u8>),
    /// The first, and the second so many times.
    Repeats(Vec<u8>, Vec<u8>, usize),
    /// No answer, and the connection stays open.
    Hangs,
}

/// An issuer of one test.
pub(crate) struct Issuer {
    address: SocketAddr,
    state: Arc<State>,
}

struct State {
    play: Mutex<Play>,
    /// The issuer that its configuration names, if that is another one.
    called: Mutex<Option<String>>,
    /// How often it was asked for its keys.
    asked: watch::Sender<usize>,
}

impl Issuer {
    pub(crate) fn with(keys: &[&SigningKey]) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            play: Mutex::new(published(keys)),
            called: Mutex::default(),
            asked: watch::Sender::default(),
        });
        let _inside = RUNTIME.enter();
        let listener = TcpListener::from_std(listener).unwrap();
        let shared = Arc::clone(&state);
        RUNTIME.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, address, Arc::clone(&shared)));
            }
        });
        Self { address, state }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn publishes(&self, keys: &[&SigningKey]) {
        self.plays(published(keys));
    }

    pub(crate) fn plays(&self, play: Play) {
        *self.state.play.lock().unwrap() = play;
    }

    /// Has its configuration name another issuer.
    pub(crate) fn is_called(&self, issuer: &str) {
        *self.state.called.lock().unwrap() = Some(issuer.to_owned());
    }

    pub(crate) fn fetches(&self) -> usize {
        *self.state.asked.borrow()
    }

    pub(crate) async fn fetched_more_often_than(&self, before: usize) {
        let mut asked = self.state.asked.subscribe();
        asked.wait_for(|asked| *asked > before).await.unwrap();
    }

    pub(crate) fn settings(&self) -> IssuerSettings {
        IssuerSettings::new(&self.url(), AUDIENCE).unwrap()
    }

    /// The claims of a good token.
    pub(crate) fn claims(&self, app: &TestApp, subject: &str) -> Value {
        let now = app.clock.now().timestamp();
        json!({
            "iss": self.url(), "sub": subject, "aud": AUDIENCE, "typ": "Bearer",
            "iat": now, "exp": now + 3_600,
        })
    }

    /// The holder of a good token.
    pub(crate) fn bearer(&self, app: &TestApp, key: &SigningKey, subject: &str) -> Actor {
        let claims = self.claims(app, subject);
        app.bearing(Some(key.sign(&key.header(), &claims)))
    }
}

fn published(keys: &[&SigningKey]) -> Play {
    Play::Keys(keys.iter().map(|key| key.public()).collect())
}

async fn answer(mut stream: TcpStream, address: SocketAddr, state: Arc<State>) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => request.push(byte),
            Err(_) => return,
        }
    }
    if request.starts_with(b"GET /.well-known/openid-configuration ") {
        let url = format!("http://{address}");
        let called = state.called.lock().unwrap().clone();
        let issuer = called.unwrap_or_else(|| url.clone());
        let body = json!({ "issuer": issuer, "jwks_uri": format!("{url}/keys") });
        let _ = stream.write_all(&found(&body)).await;
        return;
    }
    let play = state.play.lock().unwrap().clone();
    state.asked.send_modify(|asked| *asked += 1);
    let _ = match play {
        Play::Keys(keys) => stream.write_all(&found(&json!({ "keys": keys }))).await,
        Play::Bytes(bytes) => stream.write_all(&bytes).await,
        Play::Repeats(head, part, times) => {
            let _ = stream.write_all(&head).await;
            for _ in 0..times {
                if stream.write_all(&part).await.is_err() {
                    return;
                }
            }
            Ok(())
        }
        // Until the other side gives up.
        Play::Hangs => stream.read_u8().await.map(|_| ()),
    };
}

fn found(body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n",
        body.len()
    );
    (head + &body).into_bytes()
}

/// Has a service accept the tokens of these issuers.
pub(crate) fn accept(parts: &mut ServiceParts, issuers: Vec<IssuerSettings>) {
    let (clock, timer) = (&parts.clock, &parts.timer);
    let started = ExternalIssuers::start(issuers, 86_400, clock, timer, RUNTIME.handle());
    parts.external = Arc::new(started.unwrap());
}

/// A service that accepts the tokens of an issuer with this key, and knows the key.
pub(crate) async fn accepting(key: &SigningKey) -> (TestApp, Issuer) {
    let issuer = Issuer::with(&[key]);
    let settings = issuer.settings();
    let app = TestApp::spawn_with(|parts| accept(parts, vec![settings])).await;
    issuer
        .bearer(&app, key, "ada")
        .get("/auth/me")
        .await
        .expect(200);
    (app, issuer)
}

/// Lets the least time between two fetches for unknown keys pass.
pub(crate) fn half_a_minute_passes(app: &TestApp) {
    app.clock.advance(TimeDelta::seconds(30));
}
