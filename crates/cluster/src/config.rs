//! Which cluster, and as whom: kubeconfig files, a pod's own account, and what flags say over them.
//!
//! Source: `EnvSettings.RESTClientGetter` in `pkg/cli/environment.go`, Helm v4, and `clientcmd` of client-go.

use std::path::PathBuf;

use http::Uri;
use kube::config::{AuthInfo, Config, KubeConfigOptions, Kubeconfig, KubeconfigError};

use crate::Error;

/// Where client-go looks if nothing says where the cluster is.
const FALLBACK: &str = "http://localhost:8080";

/// What says which cluster is meant; what is not given comes from the kubeconfig.
#[derive(Debug, Clone, Default)]
pub struct Connection {
    /// kubeconfig files, the first of those that say something counts; those that are not there are passed over
    pub kubeconfig: Vec<PathBuf>,
    /// the context, in place of the current one
    pub context: Option<String>,
    /// the API server's URL
    pub server: Option<String>,
    /// a bearer token
    pub token: Option<String>,
    /// the file of the authority that signed the server's certificate
    pub ca_file: Option<PathBuf>,
    /// whether any certificate will do
    pub insecure_skip_tls_verify: bool,
    /// the name in the server's certificate
    pub tls_server_name: Option<String>,
    /// the user to act as
    pub as_user: Option<String>,
    /// the groups to act as
    pub as_groups: Vec<String>,
}

impl Connection {
    /// Reads the files, and gives what the client is made of.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] for a file that cannot be read, or a context that is not there.
    pub(crate) async fn config(&self) -> Result<Config, Error> {
        let mut config = self.base().await?;
        // Tries are counted where their reasons are known.
        config.default_retry = false;
        if let Some(server) = &self.server {
            let full =
                if server.contains("://") { server.clone() } else { format!("http://{server}") };
            config.cluster_url =
                full.parse::<Uri>().map_err(|error| Error::Config(format!("{server}: {error}")))?;
        }
        if let Some(token) = &self.token {
            config.auth_info =
                AuthInfo { token: Some(token.clone().into()), ..AuthInfo::default() };
        }
        if let Some(file) = &self.ca_file {
            config.root_cert_file = Some(file.clone());
        }
        config.accept_invalid_certs |= self.insecure_skip_tls_verify;
        if self.tls_server_name.is_some() {
            config.tls_server_name.clone_from(&self.tls_server_name);
        }
        if self.as_user.is_some() {
            config.auth_info.impersonate.clone_from(&self.as_user);
        }
        if !self.as_groups.is_empty() {
            config.auth_info.impersonate_groups = Some(self.as_groups.clone());
        }
        Ok(config)
    }

    async fn base(&self) -> Result<Config, Error> {
        let mut merged: Option<Kubeconfig> = None;
        for file in self.kubeconfig.iter().filter(|file| file.exists()) {
            let next = Kubeconfig::read_from(file).map_err(|error| told(&error))?;
            merged = Some(match merged {
                None => next,
                Some(first) => first.merge(next).map_err(|error| told(&error))?,
            });
        }
        let says_something = |config: &Kubeconfig| {
            !config.clusters.is_empty()
                || config.current_context.is_some()
                || self.context.is_some()
        };
        if let Some(kubeconfig) = merged.filter(says_something) {
            let options =
                KubeConfigOptions { context: self.context.clone(), ..KubeConfigOptions::default() };
            return Config::from_custom_kubeconfig(kubeconfig, &options).await.map_err(
                |error| match (&error, &self.context) {
                    (KubeconfigError::LoadContext(_), Some(context)) => {
                        Error::Config(format!("context {context:?} does not exist"))
                    }
                    _ => told(&error),
                },
            );
        }
        if let Some(context) = &self.context {
            return Err(Error::Config(format!("context {context:?} does not exist")));
        }
        if self.server.is_none()
            && let Ok(config) = Config::incluster()
        {
            return Ok(config);
        }
        Ok(Config::new(Uri::from_static(FALLBACK)))
    }
}

/// Says what is wrong with a kubeconfig, with the reasons below it. None of them carries a secret.
fn told(error: &KubeconfigError) -> Error {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    Error::Config(text)
}
