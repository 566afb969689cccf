use diesel::{ConnectionError, ConnectionResult};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use rustls_platform_verifier::BuilderVerifierExt as _;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::CancelToken;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long it may take to open a connection: the login, and, for units of work, the settings.
const HANDSHAKE: Duration = Duration::from_secs(4);

/// How long one request to call off a statement may take.
const CANCEL: Duration = Duration::from_millis(400);

/// The time limit ends a statement whose cancellation has failed. The sweeps after a removal rely
/// on it: no cancelled work runs longer. A limit of 5 to 30 seconds is the operator's choice; by the value
/// that is set here, the check of poolers tells this from such a choice. A commit waits for the disk, also
/// if the role, the database or the server says `off`; other values of `synchronous_commit` are the
/// operator's choice. Some errors are known by their message only, so messages are in English, where the role
/// may choose the language: it has to be a superuser.
const FOR_WORK: &str = "select set_config('statement_timeout', '29999ms', false)
    where current_setting('statement_timeout')::interval not between '5s' and '30s';
    select set_config('synchronous_commit', 'on', false)
    where current_setting('synchronous_commit') = 'off';
    select set_config('lc_messages', 'C', false)
    where current_setting('lc_messages') <> 'C' and current_setting('is_superuser') = 'on'";

/// A database and the way to reach it.
pub struct Target {
    config: tokio_postgres::Config,
    tls: MakeRustlsConnect,
}

/// The address of the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("it is not a PostgreSQL address such as postgres://user:password@host:5432/database")]
    Address(#[source] tokio_postgres::Error),
    #[error("sslmode must be disable, prefer, require or verify-full")]
    SslMode,
    #[error("the certificates this system trusts cannot be read")]
    Certificates(#[source] rustls::Error),
}

impl Target {
    /// Reads an address. `sslmode=require` encrypts and accepts any certificate, `verify-full`
    /// also checks that the certificate is trusted and names the host (libpq's meanings).
    pub fn parse(address: &str) -> Result<Self, ConnectError> {
        let (address, verify) = take_verify_full(address)?;
        let mut config: tokio_postgres::Config = address.parse().map_err(ConnectError::Address)?;
        if verify {
            config.ssl_mode(SslMode::Require);
        }
        // With this, a vanished host is noticed in seconds, not after the kernel's fifteen minutes.
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(2));
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(Duration::from_secs(4));
        }
        if config.get_application_name().is_none() {
            config.application_name("jan-conversations");
        }
        let tls = MakeRustlsConnect::new(client_config(verify)?);
        Ok(Self { config, tls })
    }

    pub(super) async fn connect(&self) -> ConnectionResult<AsyncPgConnection> {
        // The connection's own time limit ends with the TCP handshake; a server that accepts and
        // then does not answer would block this for ever.
        let connecting = self.config.connect(self.tls.clone());
        let (client, connection) = tokio::time::timeout(HANDSHAKE, connecting)
            .await
            .map_err(|_| ConnectionError::BadConnection("the server does not answer".to_owned()))?
            .map_err(|error| ConnectionError::BadConnection(error.to_string()))?;
        AsyncPgConnection::try_from_client_and_connection(client, connection).await
    }

    /// A connection for units of work, whose statements have a time limit.
    pub(super) async fn connect_for_work(&self) -> ConnectionResult<AsyncPgConnection> {
        let opened = tokio::time::timeout(HANDSHAKE, async {
            let mut connection = self.connect().await?;
            let limited = connection.batch_execute(FOR_WORK).await;
            limited.map_err(ConnectionError::CouldntSetupConfiguration)?;
            Ok(connection)
        });
        let silent = |_| ConnectionError::BadConnection("the server does not answer".to_owned());
        opened.await.map_err(silent)?
    }

    /// A connection of the driver, for requests that Diesel does not support.
    pub(super) async fn client(&self) -> ConnectionResult<tokio_postgres::Client> {
        let connecting = self.config.connect(self.tls.clone());
        let (client, connection) = tokio::time::timeout(HANDSHAKE, connecting)
            .await
            .map_err(|_| ConnectionError::BadConnection("the server does not answer".to_owned()))?
            .map_err(|error| ConnectionError::BadConnection(error.to_string()))?;
        // The task ends with the client.
        tokio::spawn(connection);
        Ok(client)
    }

    /// Asks the server to cancel the statement of a connection. Repeats the request, since it may
    /// arrive between two statements.
    pub(super) async fn keep_cancelling(&self, running: CancelToken) -> Infallible {
        let mut pause = Duration::from_millis(100);
        loop {
            let cancelled = running.cancel_query(self.tls.clone());
            let _ = tokio::time::timeout(CANCEL, cancelled).await;
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(1));
        }
    }
}

/// Takes `sslmode=verify-full`, which the driver does not know, out of the address.
fn take_verify_full(address: &str) -> Result<(String, bool), ConnectError> {
    const KEY: &str = "sslmode=";
    let Some((before, after)) = address.split_once(KEY) else {
        return Ok((address.to_owned(), false));
    };
    let end = after
        .find(|c: char| !(c.is_ascii_lowercase() || c == '-'))
        .unwrap_or(after.len());
    let (mode, rest) = after.split_at(end);
    match mode {
        "verify-full" => Ok((format!("{before}{KEY}require{rest}"), true)),
        "disable" | "prefer" | "require" => Ok((address.to_owned(), false)),
        _ => Err(ConnectError::SslMode),
    }
}

fn client_config(verify: bool) -> Result<ClientConfig, ConnectError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(ConnectError::Certificates)?;
    if verify {
        let builder = builder
            .with_platform_verifier()
            .map_err(ConnectError::Certificates)?;
        return Ok(builder.with_no_client_auth());
    }
    Ok(builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
        .with_no_client_auth())
}

/// Accepts any certificate, as `sslmode=require` says: the connection is encrypted, but the server
/// is not authenticated.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verify_full_is_taken_out_and_remembered() {
        let (address, verify) =
            take_verify_full("postgres://a@b/c?sslmode=verify-full&x=y").unwrap();
        assert_eq!(
            (address.as_str(), verify),
            ("postgres://a@b/c?sslmode=require&x=y", true)
        );
        let (address, verify) = take_verify_full("host=b sslmode=prefer").unwrap();
        assert_eq!((address.as_str(), verify), ("host=b sslmode=prefer", false));
    }

    #[test]
    fn an_address_that_cannot_be_used_is_refused() {
        for address in [
            "postgres://a@b/c?sslmode=verify-ca",
            "mysql://a",
            "not an address",
        ] {
            assert!(Target::parse(address).is_err(), "{address}");
        }
    }
}
