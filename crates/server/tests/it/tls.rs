//! `sslmode`, against a PostgreSQL that accepts only TLS.

use crate::app::SECRET;
use crate::process::{output, text};
use crate::servers::{command, own};
use cluster::find_programs;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;

/// A PostgreSQL with a certificate for `localhost`, made by an authority that no system trusts.
struct TlsPostgres {
    directory: PathBuf,
    pg_ctl: PathBuf,
    port: u16,
}

impl TlsPostgres {
    fn start() -> Self {
        let directory = PathBuf::from(format!("/tmp/jan-it-tls-{}", std::process::id()));
        fs::create_dir(&directory).unwrap();
        own(&directory, 0o755);
        let programs = find_programs(None).unwrap();
        let cluster = directory.join("cluster");
        let mut initdb = command(&programs.initdb);
        initdb
            .args(["--username=postgres", "--auth=trust", "--no-sync", "-D"])
            .arg(&cluster);
        assert!(initdb.status().unwrap().success());

        let write = |path: PathBuf, content: &str| {
            fs::write(&path, content).unwrap();
            own(&path, 0o600);
        };
        let authority_key = KeyPair::generate().unwrap();
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = authority.self_signed(&authority_key).unwrap();
        fs::write(directory.join("authority.pem"), certificate.pem()).unwrap();
        let key = KeyPair::generate().unwrap();
        let issuer = Issuer::new(authority, authority_key);
        let leaf = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let leaf = leaf.signed_by(&key, &issuer).unwrap();
        write(cluster.join("server.crt"), &leaf.pem());
        write(cluster.join("server.key"), &key.serialize_pem());
        write(
            cluster.join("pg_hba.conf"),
            "hostssl all all 127.0.0.1/32 trust\n",
        );

        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let options = format!(
            "-c ssl=on -c listen_addresses=127.0.0.1 -c port={port} -c fsync=off \
             -c unix_socket_directories={}",
            directory.display()
        );
        let mut start = command(&programs.pg_ctl);
        start
            .args(["start", "-w", "-s", "-o", &options, "-D"])
            .arg(&cluster);
        assert!(
            start.status().unwrap().success(),
            "PostgreSQL with TLS did not start"
        );
        Self {
            directory,
            pg_ctl: programs.pg_ctl,
            port,
        }
    }

    /// Whether the service gets in, and its message if it does not.
    async fn migrate(&self, host: &str, query: &str, trusted: bool) -> Result<(), String> {
        let url = format!("postgres://postgres@{host}:{}/postgres{query}", self.port);
        let authority = self.directory.join("authority.pem");
        let mut settings = vec![("DATABASE_URL", url.as_str()), ("JWT_SECRET", SECRET)];
        if trusted {
            settings.push(("SSL_CERT_FILE", authority.to_str().unwrap()));
        }
        let run = output(&["migrate"], &settings).await;
        match run.status.code() {
            Some(0) => Ok(()),
            code => {
                assert_eq!(code, Some(1));
                let said = text(&run.stderr).lines().last().unwrap();
                assert!(said.starts_with("jan-conversations: "), "{said}");
                Err(said.to_owned())
            }
        }
    }
}

impl Drop for TlsPostgres {
    fn drop(&mut self) {
        let mut stop = command(&self.pg_ctl);
        stop.args(["stop", "-s", "-m", "immediate", "-D"])
            .arg(self.directory.join("cluster"));
        let _ = stop.status();
        let _ = fs::remove_dir_all(&self.directory);
    }
}

#[tokio::test]
async fn sslmode_has_its_usual_meaning() {
    let postgres = TlsPostgres::start();
    for (host, query, trusted, expected) in [
        // Encrypted, with any certificate.
        ("localhost", "?sslmode=require", false, true),
        ("127.0.0.1", "?sslmode=require", false, true),
        ("localhost", "?sslmode=prefer", false, true),
        ("localhost", "", false, true),
        // A trusted certificate, with the name that we asked for.
        ("localhost", "?sslmode=verify-full", true, true),
        ("localhost", "?sslmode=verify-full", false, false),
        ("127.0.0.1", "?sslmode=verify-full", true, false),
        // Not encrypted.
        ("localhost", "?sslmode=disable", false, false),
    ] {
        let connected = postgres.migrate(host, query, trusted).await;
        println!("{host}{query} {trusted}: {connected:?}");
        assert_eq!(connected.is_ok(), expected);
    }
    for mode in ["verify-ca", "allow", "on", "VERIFY-FULL"] {
        let said = postgres
            .migrate("localhost", &format!("?sslmode={mode}"), true)
            .await;
        let said = said.unwrap_err();
        assert!(
            said.contains("DATABASE_URL") && said.contains("sslmode"),
            "{said}"
        );
    }
}
